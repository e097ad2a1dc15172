package inject

import (
	"maps"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/initbin"
)

// Ours is what earlier passes put into a pod, and the pod without it.
type ours struct {
	// bare is the pod without it, for reading: what is not ours it shares with the pod.
	bare *corev1.Pod
	// at are the places in the pod of bare's init containers.
	at []int
	// installers and volumes are the places in the pod of the carrier's parts.
	installers, volumes []int
	// names are those of our volumes, by whether other containers mount them, too.
	names map[string]bool
	// commands are those that an earlier pass took from an image, by container.
	commands map[string]imageCommand
	// works means that every wrapped container has what it needs to start, and runs what
	// was found in its image and no other.
	works bool

	pod    *corev1.Pod
	status Status // as the pod has it
}

// imageCommand is what an earlier pass found out about an image.
type imageCommand struct {
	image string
	// whole means that the command has the image's CMD, too.
	whole bool
	// words are the command as the pod has it, with every $ doubled.
	words []string
	// arriving is the signal besides SIGTERM that starts a stop; 0 for none.
	arriving initbin.Signal
}

// findOurs takes in thought out of pod what Patch puts in. It recognises it by structure:
//
//	volume     softstop or softstop-2 and so on; an emptyDir or an image, which only an installer can write to
//	mount      of such a volume, whole and read-only, at /softstop or /softstop-2 and so on
//	wrapping   softstop-init from there in a command or args, up to its --
//	installer  softstop-install or softstop-install-2 and so on, whose command is the installer's
//
// What structure does not tell, the status does, as far as the pod agrees with it: whether
// a preStop sleep and the grace period are ours.
func findOurs(pod *corev1.Pod) *ours {
	o := &ours{bare: pod, pod: pod, works: true}
	if !o.any() {
		return o
	}
	// A status that cannot be read says nothing.
	o.status, _ = ReadStatus(pod.Annotations[config.StatusKey])
	o.findVolumes()
	o.works = o.complete()
	bare := *pod
	o.bare = &bare
	bare.Spec.InitContainers = nil
	for i := range pod.Spec.InitContainers {
		if c := &pod.Spec.InitContainers[i]; isInstaller(c) {
			o.installers = append(o.installers, i)
		} else {
			o.at = append(o.at, i)
			bare.Spec.InitContainers = append(bare.Spec.InitContainers, o.strip(c))
		}
	}
	bare.Spec.Containers = nil
	for i := range pod.Spec.Containers {
		bare.Spec.Containers = append(bare.Spec.Containers, o.strip(&pod.Spec.Containers[i]))
	}
	bare.Spec.Volumes = without(pod.Spec.Volumes, o.volumes)
	bare.Spec.TerminationGracePeriodSeconds = o.graceBefore()
	bare.Annotations = o.annotations()
	bare.Labels = maps.Clone(pod.Labels)
	delete(bare.Labels, config.InjectedKey)
	return o
}

// any reports whether there may be anything of ours. It is quick, as for most pods the
// answer is no.
func (o *ours) any() bool {
	_, told := o.pod.Annotations[config.StatusKey]
	_, marked := o.pod.Labels[config.InjectedKey]
	if told || marked {
		return true
	}
	for _, c := range containersOf(o.pod) {
		if isInstaller(c) || wrapping(c) != nil || isOwnHook(c) || slices.ContainsFunc(c.VolumeMounts, isOurPlace) {
			return true
		}
	}
	return false
}

// containersOf are pod's init containers and containers.
func containersOf(pod *corev1.Pod) []*corev1.Container {
	list := make([]*corev1.Container, 0, len(pod.Spec.InitContainers)+len(pod.Spec.Containers))
	for i := range pod.Spec.InitContainers {
		list = append(list, &pod.Spec.InitContainers[i])
	}
	for i := range pod.Spec.Containers {
		list = append(list, &pod.Spec.Containers[i])
	}
	return list
}

// findVolumes finds our volumes.
func (o *ours) findVolumes() {
	o.names = map[string]bool{}
	for i := range o.pod.Spec.Volumes {
		v := &o.pod.Spec.Volumes[i]
		if !isNumbered(v.Name, volumeName) || v.EmptyDir == nil && v.Image == nil {
			continue
		}
		if is, shared := o.uses(v); is {
			o.names[v.Name], o.volumes = shared, append(o.volumes, i)
		}
	}
}

// uses reports whether v is a volume of ours, and whether a container mounts it that is
// not ours. A volume that another container can write to is not ours any more: what is in
// it may be that container's. (An image volume of ours is told from a user's by the
// command that it holds, or by the status.)
func (o *ours) uses(v *corev1.Volume) (is, shared bool) {
	known := v.EmptyDir != nil || o.status.Carrier == config.CarrierImage
	unused := true
	for _, c := range containersOf(o.pod) {
		dir := wrapping(c).dir()
		for _, m := range c.VolumeMounts {
			switch {
			case m.Name != v.Name:
			case isInstaller(c), isOurPlace(m) && m.MountPath == dir:
				is = true
			case !m.ReadOnly:
				return false, false
			case known && isOurPlace(m):
				is = true
			default:
				shared = true
			}
			unused = unused && m.Name != v.Name
		}
	}
	return is || known && unused && v.Image != nil, shared
}

// complete reports whether every wrapped container's volume is there, with what fills it,
// and whether the image is the one that its command was found in.
func (o *ours) complete() bool {
	filled := map[string]bool{}
	for i := range o.pod.Spec.Volumes {
		v := &o.pod.Spec.Volumes[i]
		filled[v.Name] = v.Image != nil
		for j := range o.pod.Spec.InitContainers {
			c := &o.pod.Spec.InitContainers[j]
			filled[v.Name] = filled[v.Name] || isInstaller(c) && slices.ContainsFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool {
				return m.Name == v.Name && m.MountPath == c.Command[2]
			})
		}
	}
	for _, c := range containersOf(o.pod) {
		w := wrapping(c)
		if w == nil {
			continue
		}
		if image := w.options.CommandOf + w.options.EntrypointOf; image != "" && image != c.Image {
			return false
		}
		if !slices.ContainsFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool { return m.MountPath == w.dir() && filled[m.Name] }) {
			return false
		}
	}
	return true
}

// strip returns c without what is ours in it.
func (o *ours) strip(c *corev1.Container) corev1.Container {
	bare := *c
	if w := wrapping(c); w != nil {
		switch image := w.options.CommandOf + w.options.EntrypointOf; {
		case w.inArgs:
			bare.Args = w.bare()
		case image != "" && len(w.before) == 0:
			bare.Command = nil
			if o.commands == nil {
				o.commands = map[string]imageCommand{}
			}
			o.commands[c.Name] = imageCommand{image, w.options.CommandOf != "", w.command, w.options.StopSignal.Arriving}
		default:
			bare.Command = w.bare()
		}
	}
	bare.VolumeMounts = without(c.VolumeMounts, o.mountsIn(c))
	if o.hasOurHook(c) {
		lifecycle := *c.Lifecycle
		lifecycle.PreStop = nil
		bare.Lifecycle = &lifecycle
		if o.status.container(c.Name).has(AddedLifecycle) && lifecycle == (corev1.Lifecycle{}) {
			bare.Lifecycle = nil
		}
	}
	return bare
}

// mountsIn returns the places of our mounts in c, which is no installer.
func (o *ours) mountsIn(c *corev1.Container) (places []int) {
	dir := wrapping(c).dir()
	for i, m := range c.VolumeMounts {
		if _, ours := o.names[m.Name]; isOurPlace(m) && (ours && m.ReadOnly || m.MountPath == dir) {
			places = append(places, i)
		}
	}
	return places
}

// told returns what the status says about c: nothing if c is not as it says.
func (o *ours) told(c *corev1.Container) ContainerStatus {
	told := o.status.container(c.Name)
	if told.Action == Wrapped && o.status.Carrier != config.CarrierNode && wrapping(c) == nil && len(o.mountsIn(c)) == 0 {
		return ContainerStatus{}
	}
	return told
}

// hasOurHook reports whether c's preStop hook is ours: it runs the init, or it is the sleep
// that the status tells of.
func (o *ours) hasOurHook(c *corev1.Container) bool {
	if isOwnHook(c) {
		return true
	}
	told := o.told(c)
	if has, _ := OwnPreStop(c); !has || c.Lifecycle.PreStop.Sleep == nil || !told.has(AddedLifecycle) && !told.has(AddedPreStop) {
		return false
	}
	drain, err := time.ParseDuration(told.Drain)
	return err == nil && drain > 0 && c.Lifecycle.PreStop.Sleep.Seconds == int64(ceilSeconds(drain)/time.Second)
}

// graceBefore returns the pod's grace period from before it was raised.
func (o *ours) graceBefore() *int64 {
	now, before := o.pod.Spec.TerminationGracePeriodSeconds, o.status.GracePeriodBefore
	handled := slices.ContainsFunc(containersOf(o.pod), func(c *corev1.Container) bool {
		action := o.told(c).Action
		return action == Wrapped || action == HooksOnly
	})
	switch {
	case !handled || now == nil || before == nil || *now != o.status.GracePeriodSeconds || *before >= *now:
		return now
	case *before == 0:
		return nil
	}
	return before
}

// annotations returns the pod's without what is ours.
func (o *ours) annotations() map[string]string {
	rest := map[string]string{}
	for key, value := range o.pod.Annotations {
		switch key {
		case config.StatusKey:
			continue
		case safeToEvict:
			volumes := strings.Split(value, ",")
			kept := slices.DeleteFunc(slices.Clone(volumes), func(v string) bool { _, ours := o.names[v]; return ours })
			if len(kept) == 0 {
				continue
			}
			if len(kept) < len(volumes) {
				value = strings.Join(kept, ",")
			}
		}
		rest[key] = value
	}
	return rest
}

// without returns list without the elements at places: list itself if there are none.
func without[T any](list []T, places []int) []T {
	if len(places) == 0 {
		return list
	}
	var rest []T
	for i := range list {
		if !slices.Contains(places, i) {
			rest = append(rest, list[i])
		}
	}
	return rest
}
