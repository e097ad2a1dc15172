package policy

import (
	"strings"

	"github.com/softstop/softstop/config"
)

// mutation is the list of operations of a JSON patch: none if the pod is not for the policy.
func (m *maker) mutation() string {
	parts := []string{hooks, grace, annotations, mark}
	if m.options.Carrier == config.CarrierImage {
		parts = append([]string{m.commands(), m.mounts(), m.volume()}, parts...)
	}
	return "!variables.able ? [] :\n" + strings.Join(parts, " +\n")
}

// at is the path of the container i.
const at = `"/spec/" + (variables.app[i] ? "containers/" + string(i - variables.inits) : "initContainers/" + string(i))`

// commands have the init in front, with its flags. What is in a pod spec the kubelet expands, so a $
// stands for itself if it is doubled.
func (m *maker) commands() string {
	return `variables.containers.transformList(i, c, variables.unwrapped[i] == "",
  JSONPatch{op: "replace", path: ` + at + ` + "/command",
    value: [` + quote(m.carrier.Program()) + `] + variables.flags[i].map(f, f.replace("$", "$$")) + ["--"] + c.command})`
}

const mount = `{"name": dyn(VOLUME), "mountPath": dyn(PATH), "readOnly": dyn(true)}`

// mounts adds the carrier's to wrapped containers.
func (m *maker) mounts() string {
	one := strings.NewReplacer("VOLUME", quote(m.carrier.Volume), "PATH", quote(m.carrier.MountPath)).Replace(mount)
	return `variables.containers.transformList(i, c, variables.unwrapped[i] == "",
  has(c.volumeMounts) && size(c.volumeMounts) > 0 ?
    JSONPatch{op: "add", path: ` + at + ` + "/volumeMounts/-", value: ` + one + `} :
    JSONPatch{op: "add", path: ` + at + ` + "/volumeMounts", value: [` + one + `]})`
}

// volume adds the carrier if a container is wrapped.
func (m *maker) volume() string {
	image := `"reference": ` + quote(m.carrier.Image)
	if m.carrier.PullPolicy != "" {
		image += `, "pullPolicy": ` + quote(string(m.carrier.PullPolicy))
	}
	one := `{"name": dyn(` + quote(m.carrier.Volume) + `), "image": dyn({` + image + `})}`
	return `(!variables.unwrapped.exists(u, u == "") ? [] :
  has(object.spec.volumes) && size(object.spec.volumes) > 0 ?
    [JSONPatch{op: "add", path: "/spec/volumes/-", value: ` + one + `}] :
    [JSONPatch{op: "add", path: "/spec/volumes", value: [` + one + `]}])`
}

// hooks adds the preStop hooks that drain.
const hooks = `variables.containers.transformList(i, c, variables.sleeps[i] > 0,
  has(c.lifecycle) ?
    JSONPatch{op: "add", path: ` + at + ` + "/lifecycle/preStop", value: {"sleep": {"seconds": variables.sleeps[i]}}} :
    JSONPatch{op: "add", path: ` + at + ` + "/lifecycle", value: {"preStop": {"sleep": {"seconds": variables.sleeps[i]}}}})`

// grace raises the grace period where it is too short.
const grace = `(variables.grace == variables.graceBefore ? [] :
  [JSONPatch{op: "add", path: "/spec/terminationGracePeriodSeconds", value: variables.grace}])`

// annotations adds the status.
const annotations = `[has(object.metadata.annotations) ?
  JSONPatch{op: "add", path: "/metadata/annotations/softstop.dev~1status", value: variables.status} :
  JSONPatch{op: "add", path: "/metadata/annotations", value: {"softstop.dev/status": variables.status}}]`

// mark adds the label of pods that have softstop in them.
const mark = `[has(object.metadata.labels) ?
  JSONPatch{op: "add", path: "/metadata/labels/softstop.dev~1injected", value: "true"} :
  JSONPatch{op: "add", path: "/metadata/labels", value: {"softstop.dev/injected": "true"}}]`
