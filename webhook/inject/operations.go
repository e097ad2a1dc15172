package inject

import (
	"reflect"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
)

// words makes front and rest of a container's command or args.
func (p *patch) words(have, front, rest []string, at ...string) {
	more := len(front) + len(rest) - len(have)
	if more == 0 && ends(have, front, rest) {
		return
	}
	if len(have) > 0 && more > 0 && more <= len(front) && ends(have, front[more:], rest) {
		// Word by word: a patch does not repeat what may be a script of a hundred kilobytes, and
		// what may be a hundred thousand words is not copied.
		place := func(i int) []string { return append(slices.Clone(at), strconv.Itoa(i)) }
		p.do("test", have[0], place(0)...)
		for i, word := range front[:more] {
			p.do("add", word, place(i)...)
		}
		return
	}
	want := slices.Concat(front, rest)
	if len(have) == 0 {
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

// ends reports whether have is front and then rest.
func ends(have, front, rest []string) bool {
	return len(have) == len(front)+len(rest) && slices.Equal(have[:len(front)], front) && slices.Equal(have[len(front):], rest)
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
