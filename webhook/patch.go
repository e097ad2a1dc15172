package webhook

import (
	"maps"
	"reflect"
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
	return p.Skip == ReasonRefused || p.Skip == ReasonMirrorPod || p.Skip != "" && !p.Consent.In && p.ours.works
}

// spec changes what is in the pod's spec.
func (p *patch) spec(pod *corev1.Pod, plan *Plan) {
	bare, carrier := plan.ours.bare, plan.Carrier
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
	want, mount := plan.container(nth)
	at := func(path ...string) []string {
		return append([]string{"spec", list, strconv.Itoa(index)}, path...)
	}
	u := &patch{}
	u.words(have.Command, want.Command, at("command")...)
	u.words(have.Args, want.Args, at("args")...)
	u.mount(have.VolumeMounts, plan.ours.mountsIn(have), mount, at("volumeMounts")...)
	u.preStop(have.Lifecycle, want.Lifecycle, at("lifecycle")...)
	if len(u.operations) > 0 {
		p.do("test", have.Name, at("name")...)
		p.operations = append(p.operations, u.operations...)
	}
}

// container returns the plan's nth container as it is to be, and the mount that it gets.
func (p *Plan) container(nth int) (want corev1.Container, mount *corev1.VolumeMount) {
	bare := &p.ours.bare.Spec
	if nth < len(bare.InitContainers) {
		want = bare.InitContainers[nth]
	} else {
		want = bare.Containers[nth-len(bare.InitContainers)]
	}
	if p.Skip != "" {
		return want, nil
	}
	c := &p.Containers[nth]
	if c.Action == Wrapped {
		want.Command = slices.Concat([]string{p.Carrier.Program()}, escapeDollars(c.Options.Words()), c.Command)
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
	return want, mount
}

// words makes want of a container's command or args.
func (p *patch) words(have, want []string, at ...string) {
	switch {
	case slices.Equal(have, want):
		return
	case len(have) == 0:
		p.do("add", want, at...)
		return
	}
	p.do("test", have, at...)
	if len(want) == 0 {
		p.do("remove", nil, at...)
	} else {
		p.do("replace", want, at...)
	}
}

// mount makes want of our mounts, which are at places of list.
func (p *patch) mount(list []corev1.VolumeMount, places []int, want *corev1.VolumeMount, at ...string) {
	path := func(i int) string { return list[i].MountPath }
	if want == nil {
		p.remove(len(list), places, "mountPath", path, at...)
		return
	}
	if len(places) > 0 {
		p.remove(len(list), places[1:], "mountPath", path, at...)
	}
	switch {
	case len(list) == 0:
		p.do("add", []corev1.VolumeMount{*want}, at...)
	case len(places) == 0:
		p.do("add", *want, slices.Concat(at, []string{"-"})...)
	case list[places[0]].Name != want.Name || list[places[0]].MountPath != want.MountPath || !list[places[0]].ReadOnly:
		p.replace(*want, places[0], "mountPath", path(places[0]), at...)
	}
}

// preStop makes the hook of want of that of have.
func (p *patch) preStop(have, want *corev1.Lifecycle, at ...string) {
	var was, is *corev1.LifecycleHandler
	if have != nil {
		was = have.PreStop
	}
	if want != nil {
		is = want.PreStop
	}
	hook := slices.Concat(at, []string{"preStop"})
	switch {
	case reflect.DeepEqual(was, is):
		return
	case have == nil:
		p.do("add", want, at...)
		return
	case was == nil:
		p.do("add", is, hook...)
		return
	}
	// Only what is ours is replaced. What it may have besides, of an API newer than our
	// types, is not looked at.
	leaf, old := hookLeaf(was)
	leaf = slices.Concat(hook, leaf)
	p.do("test", old, leaf...)
	switch {
	case want == nil:
		p.do("remove", nil, at...)
	case is == nil:
		p.do("remove", nil, hook...)
	case (was.Sleep == nil) == (is.Sleep == nil):
		_, value := hookLeaf(is)
		p.do("replace", value, leaf...)
	default:
		p.do("replace", is, hook...)
	}
}

// hookLeaf is where a hook of ours, a sleep or a command, says what it does, and what.
func hookLeaf(hook *corev1.LifecycleHandler) (path []string, value any) {
	if hook.Sleep != nil {
		return []string{"sleep", "seconds"}, hook.Sleep.Seconds
	}
	return []string{"exec", "command"}, hook.Exec.Command
}

func (p *patch) grace(have, want *int64) {
	at := []string{"spec", "terminationGracePeriodSeconds"}
	switch {
	case have == nil && want == nil || have != nil && want != nil && *have == *want:
		return
	case have == nil:
		p.do("add", *want, at...)
		return
	}
	p.do("test", *have, at...)
	if want == nil {
		p.do("remove", nil, at...)
	} else {
		p.do("replace", *want, at...)
	}
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

// replace puts value in the place of a list's element, whose key has the value was.
func (p *patch) replace(value any, place int, key, was string, at ...string) {
	element := slices.Concat(at, []string{strconv.Itoa(place)})
	p.do("test", was, slices.Concat(element, []string{key})...)
	p.do("replace", value, element...)
}

// remove takes the elements at places out of a list of so many, the last first: a removal
// moves those behind it. The list goes with its last element. key is a field of the
// elements, of by its value.
func (p *patch) remove(length int, places []int, key string, by func(int) string, at ...string) {
	for _, i := range slices.Backward(places) {
		element := slices.Concat(at, []string{strconv.Itoa(i)})
		p.do("test", by(i), slices.Concat(element, []string{key})...)
		if len(places) < length {
			p.do("remove", nil, element...)
		}
	}
	if len(places) > 0 && len(places) == length {
		p.do("remove", nil, at...)
	}
}

// entries makes keys of a map of strings as they are in want.
func (p *patch) entries(have, want map[string]string, keys []string, at ...string) {
	kept, changes := len(have), &patch{}
	for _, key := range keys {
		was, had := have[key]
		is, wanted := want[key]
		if had == wanted && was == is {
			continue
		}
		path := slices.Concat(at, []string{key})
		if had {
			changes.do("test", was, path...)
		}
		switch {
		case !wanted:
			kept--
			changes.do("remove", nil, path...)
		case had:
			changes.do("replace", is, path...)
		default:
			kept++
			changes.do("add", is, path...)
		}
	}
	switch {
	case len(changes.operations) == 0:
	case len(have) == 0:
		added := map[string]string{}
		for _, key := range keys {
			if is, wanted := want[key]; wanted {
				added[key] = is
			}
		}
		p.do("add", added, at...)
	case kept == 0:
		p.do("remove", nil, at...)
	default:
		p.operations = append(p.operations, changes.operations...)
	}
}
