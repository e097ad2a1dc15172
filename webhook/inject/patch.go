package inject

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"gomodules.xyz/jsonpatch/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/softstop/softstop/config"
)

// patch collects operations; pointers and guards are built in one place.
type patch struct{ operations []jsonpatch.Operation }

func (p *patch) do(operation string, value any, path ...string) {
	p.operations = append(p.operations, jsonpatch.Operation{Operation: operation, Path: pointer(path...), Value: value})
}

// pointer builds a JSON pointer (RFC 6901).
func pointer(path ...string) string {
	var b strings.Builder
	for _, token := range path {
		b.WriteByte('/')
		// In this order. A strings.Replacer made here would be half of an answer's allocations.
		b.WriteString(strings.ReplaceAll(strings.ReplaceAll(token, "~", "~0"), "/", "~1"))
	}
	return b.String()
}

// Patch returns the operations that make plan of pod: none if pod already is as
// planned. What earlier passes put in is changed where it differs from the plan, and
// taken out where the plan has nothing of it.
func Patch(pod *corev1.Pod, plan Plan) []jsonpatch.Operation {
	p := &patch{}
	if plan.leaves() {
		return nil
	}
	p.spec(pod, &plan)
	annotations := maps.Clone(plan.ours.bare.Annotations)
	if len(plan.Annotations) > 0 && annotations == nil {
		annotations = map[string]string{}
	}
	maps.Copy(annotations, plan.Annotations)
	if len(p.operations) == 0 && sameStatus(pod.Annotations, annotations) {
		annotations[config.StatusKey] = pod.Annotations[config.StatusKey] // only the version differs
	}
	p.entries(pod.Annotations, annotations, []string{config.StatusKey, safeToEvict}, "metadata", "annotations")
	labels := map[string]string{}
	if plan.Skip == "" {
		labels[config.InjectedKey] = "true"
	}
	p.entries(pod.Labels, labels, []string{config.InjectedKey}, "metadata", "labels")
	return p.operations
}

// leaves reports whether the pod stays as it is, with what may be ours in it: a pod that
// nobody opted in is none of our business, unless it could not start as it is.
func (p *Plan) leaves() bool {
	return p.Skip == ReasonRefused || p.Skip == ReasonMirrorPod || p.Skip == ReasonNeverServed || p.Skip != "" && !p.Consent.In && p.ours.works
}

// spec changes what is in the pod's spec.
func (p *patch) spec(pod *corev1.Pod, plan *Plan) {
	bare, carrier := plan.ours.bare, plan.Carrier.inPod()
	if plan.Skip != "" {
		carrier = nil
	}
	for i := range bare.Spec.InitContainers {
		at := i
		if plan.ours.at != nil {
			at = plan.ours.at[i]
		}
		p.container(&pod.Spec.InitContainers[at], plan, i, "initContainers", at)
	}
	for i := range bare.Spec.Containers {
		p.container(&pod.Spec.Containers[i], plan, len(bare.Spec.InitContainers)+i, "containers", i)
	}
	grace := bare.Spec.TerminationGracePeriodSeconds
	if plan.Skip == "" && plan.Grace != plan.GraceBefore {
		grace = ptr.To(int64(plan.Grace / time.Second))
	}
	p.grace(pod.Spec.TerminationGracePeriodSeconds, grace)
	p.volume(pod, plan.ours, carrier)
	// Last: it moves the other init containers.
	p.installer(pod, plan.ours, carrier)
}

// container makes of have what plan says of its nth container.
func (p *patch) container(have *corev1.Container, plan *Plan, nth int, list string, index int) {
	want, front, mount := plan.container(nth)
	at := func(path ...string) []string {
		return append([]string{"spec", list, strconv.Itoa(index)}, path...)
	}
	u := &patch{}
	u.words(have.Command, front, want.Command, at("command")...)
	u.words(have.Args, nil, want.Args, at("args")...)
	u.mount(have.VolumeMounts, plan.ours.mountsIn(have), mount, at("volumeMounts")...)
	u.preStop(have.Lifecycle, want.Lifecycle, at("lifecycle")...)
	if len(u.operations) > 0 {
		p.do("test", have.Name, at("name")...)
		p.operations = append(p.operations, u.operations...)
	}
}

// container returns the plan's nth container as it is to be, what goes in front of its command, and
// the mount that it gets.
func (p *Plan) container(nth int) (want corev1.Container, front []string, mount *corev1.VolumeMount) {
	bare := &p.ours.bare.Spec
	if nth < len(bare.InitContainers) {
		want = bare.InitContainers[nth]
	} else {
		want = bare.Containers[nth-len(bare.InitContainers)]
	}
	if p.Skip != "" {
		return want, nil, nil
	}
	c := &p.Containers[nth]
	if c.Action == Wrapped && !c.onNode {
		want.Command = c.Command
		front = slices.Concat([]string{p.Carrier.Program()}, escapeDollars(c.Options.Words()))
		mount = &corev1.VolumeMount{Name: p.Carrier.Volume, MountPath: p.Carrier.MountPath, ReadOnly: true}
	}
	if c.PreStop != nil {
		lifecycle := corev1.Lifecycle{}
		if want.Lifecycle != nil {
			lifecycle = *want.Lifecycle
		}
		lifecycle.PreStop = c.PreStop
		want.Lifecycle = &lifecycle
	}
	return want, front, mount
}

// volume makes carrier's volume of ours; nil takes it out, unless somebody else mounts it.
func (p *patch) volume(pod *corev1.Pod, o *ours, carrier *CarrierPlan) {
	list, at := pod.Spec.Volumes, []string{"spec", "volumes"}
	name := func(i int) string { return list[i].Name }
	kept, rest := -1, slices.DeleteFunc(slices.Clone(o.volumes), func(i int) bool { return o.names[name(i)] })
	if carrier != nil {
		if kept = slices.IndexFunc(list, func(v corev1.Volume) bool { return v.Name == carrier.Volume }); kept < 0 && len(rest) > 0 {
			kept = rest[0]
		}
		rest = slices.DeleteFunc(rest, func(i int) bool { return i == kept })
	}
	switch {
	case carrier == nil:
	case kept >= 0 && !carrier.isIn(&list[kept]):
		p.replace(carrier.volume(), kept, "name", name(kept), at...)
	case kept >= 0:
	case len(list) == 0:
		p.do("add", []corev1.Volume{carrier.volume()}, at...)
	default:
		p.do("add", carrier.volume(), slices.Concat(at, []string{"-"})...)
	}
	p.remove(len(list), rest, "name", name, at...)
}

// installer makes carrier's installer of ours, and puts it first.
func (p *patch) installer(pod *corev1.Pod, o *ours, carrier *CarrierPlan) {
	list, at := pod.Spec.InitContainers, []string{"spec", "initContainers"}
	name := func(i int) string { return list[i].Name }
	if carrier == nil || carrier.Installer == nil {
		p.remove(len(list), o.installers, "name", name, at...)
		return
	}
	first := len(o.installers) > 0 && o.installers[0] == 0
	switch {
	case first:
		p.remove(len(list), o.installers[1:], "name", name, at...)
		if want := carrier.installerFrom(&list[0], o.status); want != nil {
			p.replace(*want, 0, "name", name(0), at...)
		}
	case len(list) == 0:
		p.do("add", []corev1.Container{*carrier.Installer}, at...)
	default:
		p.remove(len(list)+1, o.installers, "name", name, at...) // the list stays
		p.do("add", *carrier.Installer, slices.Concat(at, []string{"0"})...)
	}
}
