package webhook

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"gomodules.xyz/jsonpatch/v2"
	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/initbin"
)

// Undo returns the operations that take out of pod what Patch put in: none if nothing
// of softstop's is in it.
//
// What structure tells needs no status annotation: the init in front of a command, the
// carrier, softstop's own labels and annotations. Whether the command, the hook and the
// grace period were there before is told by the status alone; without one, the command
// and a plain preStop sleep stay, and so does the grace period.
//
// A list or map that is empty afterwards goes, too.
func Undo(pod *corev1.Pod) []jsonpatch.Operation {
	p := &patch{}
	carrier := findCarrier(pod)
	// Without a status that can be read, structure has to do.
	status, _ := ReadStatus(pod.Annotations[config.StatusKey])
	for i := range pod.Spec.InitContainers {
		p.undoContainer(&pod.Spec.InitContainers[i], carrier, status, "spec", "initContainers", strconv.Itoa(i))
	}
	for i := range pod.Spec.Containers {
		p.undoContainer(&pod.Spec.Containers[i], carrier, status, "spec", "containers", strconv.Itoa(i))
	}
	p.undoGrace(pod, status)
	if carrier != nil {
		undoList(p, pod.Spec.Volumes, func(v corev1.Volume) (string, bool) { return v.Name, v.Name == carrier.Volume }, "spec", "volumes")
	}
	undoList(p, pod.Spec.InitContainers, func(c corev1.Container) (string, bool) { return c.Name, isInstaller(&c) }, "spec", "initContainers")
	p.undoAnnotations(pod, carrier)
	p.undoEntries(pod.Labels, []string{config.InjectedKey}, "metadata", "labels")
	return p.operations
}

// undoContainer takes the init, its mount and its hook out of the container at path.
func (p *patch) undoContainer(c *corev1.Container, carrier *CarrierPlan, status Status, at ...string) {
	if isInstaller(c) {
		return
	}
	below := func(tokens ...string) []string { return slices.Concat(at, tokens) }
	u := &patch{}
	added := status.container(c.Name).Added
	u.undoCommand(c, slices.Contains(added, AddedCommand), below)
	if carrier != nil {
		undoList(u, c.VolumeMounts, func(m corev1.VolumeMount) (string, bool) {
			return m.Name, m.Name == carrier.Volume && m.MountPath == carrier.MountPath
		}, below("volumeMounts")...)
	}
	if has, _ := OwnPreStop(c); has {
		switch {
		case slices.Contains(added, AddedLifecycle) && c.Lifecycle.PostStart == nil && c.Lifecycle.StopSignal == nil:
			u.do("remove", nil, below("lifecycle")...)
		case slices.Contains(added, AddedLifecycle), slices.Contains(added, AddedPreStop), isOwnHook(c):
			u.do("remove", nil, below("lifecycle", "preStop")...)
		}
	}
	if len(u.operations) > 0 {
		p.do("test", c.Name, below("name")...)
		p.operations = append(p.operations, u.operations...)
	}
}

// undoCommand takes the init from before the command, and the command with it if it was
// added.
func (p *patch) undoCommand(c *corev1.Container, added bool, below func(...string) []string) {
	if args := argsWithoutInit(c); args != nil {
		p.do("test", c.Args, below("args")...)
		p.do("replace", args, below("args")...)
		return
	}
	if !isWrapped(c) {
		return
	}
	_, command, problem := initbin.Parse(slices.Concat(c.Command[1:], c.Args))
	if problem.Reason != "" { // the init itself would refuse to run this
		return
	}
	p.do("test", c.Command, below("command")...)
	if rest := c.Command[min(1+command, len(c.Command)):]; len(rest) > 0 && !added {
		p.do("replace", rest, below("command")...)
	} else {
		p.do("remove", nil, below("command")...)
	}
}

// isOwnHook reports whether c's preStop hook runs the init, which leaves with the carrier.
func isOwnHook(c *corev1.Container) bool {
	hook := c.Lifecycle.PreStop
	return hook.Exec != nil && len(hook.Exec.Command) > 0 && path.Base(hook.Exec.Command[0]) == initbin.Name && isCarried(c, hook.Exec.Command[0])
}

func (p *patch) undoGrace(pod *corev1.Pod, status Status) {
	now := pod.Spec.TerminationGracePeriodSeconds
	if status.GracePeriodBefore == nil || now == nil || *now != status.GracePeriodSeconds {
		return
	}
	p.do("test", *now, "spec", "terminationGracePeriodSeconds")
	if before := *status.GracePeriodBefore; before > 0 {
		p.do("replace", before, "spec", "terminationGracePeriodSeconds")
	} else {
		p.do("remove", nil, "spec", "terminationGracePeriodSeconds")
	}
}

// undoList removes the elements that are softstop's, the last first: a removal moves
// those behind it.
func undoList[T any](p *patch, list []T, ours func(T) (name string, is bool), at ...string) {
	var found []int
	for i := range list {
		if _, is := ours(list[i]); is {
			found = append(found, i)
		}
	}
	for _, i := range slices.Backward(found) {
		name, _ := ours(list[i])
		p.do("test", name, slices.Concat(at, []string{strconv.Itoa(i), "name"})...)
		if len(found) < len(list) {
			p.do("remove", nil, slices.Concat(at, []string{strconv.Itoa(i)})...)
		}
	}
	if len(found) > 0 && len(found) == len(list) {
		p.do("remove", nil, at...)
	}
}

func (p *patch) undoAnnotations(pod *corev1.Pod, carrier *CarrierPlan) {
	remove := []string{config.StatusKey}
	if list, set := pod.Annotations[safeToEvict]; set && carrier != nil {
		volumes := strings.Split(list, ",")
		rest := slices.DeleteFunc(slices.Clone(volumes), func(v string) bool { return v == carrier.Volume })
		switch {
		case len(rest) == 0:
			remove = append(remove, safeToEvict)
		case len(rest) < len(volumes):
			p.do("replace", strings.Join(rest, ","), "metadata", "annotations", safeToEvict)
		}
	}
	p.undoEntries(pod.Annotations, remove, "metadata", "annotations")
}

// undoEntries removes keys from a map of strings.
func (p *patch) undoEntries(have map[string]string, keys []string, at ...string) {
	keys = slices.DeleteFunc(slices.Clone(keys), func(key string) bool { _, set := have[key]; return !set })
	if len(keys) > 0 && len(keys) == len(have) {
		p.do("remove", nil, at...)
		return
	}
	for _, key := range keys {
		p.do("remove", nil, slices.Concat(at, []string{key})...)
	}
}
