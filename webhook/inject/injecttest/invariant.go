package injecttest

import (
	"fmt"
	"path"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/webhook/inject"
)

// KeepsStopPlan returns an error unless the invariant holds for what is written in after,
// the injected pod: a container's hook, its init's drain and stop timeout, and the margin
// fit into the grace period, which was not lowered. Two things are not softstop's to
// choose: what was there before, if an earlier pass raised it, and a hook of the pod's own
// that is too long itself.
func KeepsStopPlan(before, after *corev1.Pod) error {
	grace := graceOf(after)
	if _, again := before.Annotations[config.StatusKey]; grace < graceOf(before) && !again {
		return fmt.Errorf("the grace period was %s and is %s", graceOf(before), grace)
	}
	was := map[string]corev1.Container{}
	for _, c := range slices.Concat(before.Spec.InitContainers, before.Spec.Containers) {
		was[c.Name] = c
	}
	for _, c := range slices.Concat(after.Spec.InitContainers, after.Spec.Containers) {
		original, known := was[c.Name]
		if !known || StartsWithInit(original) {
			continue
		}
		_, hook := inject.OwnPreStop(&c)
		if own, was := inject.OwnPreStop(&original); own && was+config.MinStopTimeout+inject.Margin > grace {
			continue
		}
		needs := hook
		if StartsWithInit(c) {
			options, _, problem := initbin.Parse(slices.Concat(c.Command[1:], c.Args))
			if problem.Reason != "" {
				return fmt.Errorf("container %q: the init cannot read %q", c.Name, c.Command)
			}
			needs += max(options.Drain, options.MaxDrain) + options.StopTimeout + inject.Margin
		}
		if needs > grace {
			return fmt.Errorf("container %q needs %s of a grace period of %s", c.Name, needs, grace)
		}
	}
	return nil
}

// StartsWithInit reports whether c's command is the init, wherever the carrier is mounted.
func StartsWithInit(c corev1.Container) bool {
	return len(c.Command) > 0 && path.Base(c.Command[0]) == initbin.Name
}

// graceOf is the pod's grace period as the kubelet takes it, within a century.
func graceOf(pod *corev1.Pod) time.Duration {
	const century = 100 * 365 * 24 * 60 * 60
	return time.Duration(min(max(ptr.Deref(pod.Spec.TerminationGracePeriodSeconds, 30), 1), century)) * time.Second
}
