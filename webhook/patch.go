package webhook

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"gomodules.xyz/jsonpatch/v2"
	corev1 "k8s.io/api/core/v1"

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
// planned.
func Patch(pod *corev1.Pod, plan Plan) []jsonpatch.Operation {
	p := &patch{}
	if plan.Skip == "" {
		p.handle(pod, plan)
	}
	annotations := plan.Annotations
	if len(p.operations) == 0 && sameStatus(pod.Annotations, annotations) {
		annotations = maps.Clone(annotations)
		delete(annotations, config.StatusKey) // only the version differs
	}
	p.entries(pod.Annotations, annotations, "metadata", "annotations")
	if plan.Skip == "" {
		p.entries(pod.Labels, map[string]string{config.InjectedKey: "true"}, "metadata", "labels")
	}
	return p.operations
}

// handle changes what is in the spec of a pod that is not left alone as a whole.
func (p *patch) handle(pod *corev1.Pod, plan Plan) {
	for i := range plan.Containers {
		p.container(&plan.Containers[i], plan.Carrier)
	}
	if plan.Grace != plan.GraceBefore {
		p.grace(pod, plan.Grace)
	}
	if plan.Carrier != nil && !plan.Carrier.Present {
		p.carrier(pod, plan.Carrier)
	}
}

// container wraps one container and adds its hook.
func (p *patch) container(c *ContainerPlan, carrier *CarrierPlan) {
	wrap := c.Action == Wrapped && !c.Kept
	if !wrap && c.PreStop == nil {
		return
	}
	list := "containers"
	if c.Kind != App {
		list = "initContainers"
	}
	at := func(path ...string) []string {
		return append([]string{"spec", list, strconv.Itoa(c.at)}, path...)
	}
	p.do("test", c.Name, at("name")...)
	if wrap {
		p.wrap(c, carrier, at)
	}
	switch {
	case c.PreStop == nil:
	case c.container.Lifecycle == nil:
		p.do("add", corev1.Lifecycle{PreStop: c.PreStop}, at("lifecycle")...)
	default:
		p.do("add", c.PreStop, at("lifecycle", "preStop")...)
	}
}

// wrap puts the init before the command and mounts the carrier.
func (p *patch) wrap(c *ContainerPlan, carrier *CarrierPlan, at func(...string) []string) {
	command := slices.Concat([]string{carrier.Program()}, c.Options.Words(), c.Command)
	if len(c.container.Command) > 0 {
		p.do("test", c.container.Command, at("command")...)
		p.do("replace", command, at("command")...)
	} else {
		p.do("add", command, at("command")...)
	}
	if c.Args != nil {
		p.do("test", c.container.Args, at("args")...)
		p.do("replace", c.Args, at("args")...)
	}
	mount := corev1.VolumeMount{Name: carrier.Volume, MountPath: carrier.MountPath, ReadOnly: true}
	switch {
	case hasMount(c.container, carrier):
	case len(c.container.VolumeMounts) == 0:
		p.do("add", []corev1.VolumeMount{mount}, at("volumeMounts")...)
	default:
		p.do("add", mount, at("volumeMounts", "-")...)
	}
}

func (p *patch) grace(pod *corev1.Pod, grace time.Duration) {
	if before := pod.Spec.TerminationGracePeriodSeconds; before != nil {
		p.do("test", *before, "spec", "terminationGracePeriodSeconds")
	}
	p.do("add", int64(grace/time.Second), "spec", "terminationGracePeriodSeconds")
}

// carrier adds the volume and, last, the installer: it moves every init container by one.
func (p *patch) carrier(pod *corev1.Pod, carrier *CarrierPlan) {
	volume := corev1.Volume{Name: carrier.Volume}
	if carrier.Kind == config.CarrierImage {
		volume.Image = &corev1.ImageVolumeSource{Reference: carrier.Image, PullPolicy: carrier.PullPolicy}
	} else {
		volume.EmptyDir = &corev1.EmptyDirVolumeSource{}
	}
	if len(pod.Spec.Volumes) == 0 {
		p.do("add", []corev1.Volume{volume}, "spec", "volumes")
	} else {
		p.do("add", volume, "spec", "volumes", "-")
	}
	if carrier.Installer == nil {
		return
	}
	if len(pod.Spec.InitContainers) == 0 {
		p.do("add", []corev1.Container{*carrier.Installer}, "spec", "initContainers")
	} else {
		p.do("add", *carrier.Installer, "spec", "initContainers", "0")
	}
}

// entries sets what differs in a map of strings.
func (p *patch) entries(have, want map[string]string, path ...string) {
	missing := map[string]string{}
	for key, value := range want {
		if old, set := have[key]; !set || old != value {
			missing[key] = value
		}
	}
	if len(missing) == 0 {
		return
	}
	if len(have) == 0 {
		p.do("add", missing, path...)
		return
	}
	for _, key := range slices.Sorted(maps.Keys(missing)) {
		p.do("add", missing[key], append(slices.Clone(path), key)...)
	}
}
