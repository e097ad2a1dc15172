package inject

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/webhook/commandline"
)

// NamesProcess1 returns the commands of c's probes and hooks that name process 1 by its
// number, in the order of the fields.
func NamesProcess1(c *corev1.Container) (all []commandline.Naming) {
	for _, probe := range []*corev1.Probe{c.StartupProbe, c.LivenessProbe, c.ReadinessProbe} {
		if probe != nil && probe.Exec != nil {
			all = append(all, commandline.NamesProcess1(probe.Exec.Command)...)
		}
	}
	if c.Lifecycle == nil {
		return all
	}
	for _, hook := range []*corev1.LifecycleHandler{c.Lifecycle.PostStart, c.Lifecycle.PreStop} {
		if hook != nil && hook.Exec != nil {
			all = append(all, commandline.NamesProcess1(hook.Exec.Command)...)
		}
	}
	return all
}

// MindsProcess1 returns the first of them that would ask the init in the program's place,
// and get another answer; "" if there is none.
func MindsProcess1(c *corev1.Container) string {
	for _, naming := range NamesProcess1(c) {
		if !naming.SameUnderInit {
			return naming.Command
		}
	}
	return ""
}

// hasOwnProcess1 reports whether each container of the pod has a process 1 of its own.
func hasOwnProcess1(pod *corev1.Pod) bool {
	shared := pod.Spec.ShareProcessNamespace
	return !pod.Spec.HostPID && (shared == nil || !*shared)
}
