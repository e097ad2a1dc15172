package policy

// lateVariables are those of the policy for containers that come after the first one has held. Its
// pods are known by the status; a match condition would not do, since the API server calls again
// only those policies that matched the first time.
func lateVariables() []step {
	return []step{
		{"status", "", `has(object.metadata.labels) && "softstop.dev/injected" in object.metadata.labels && has(object.metadata.annotations) &&
  "softstop.dev/status" in object.metadata.annotations ? object.metadata.annotations["softstop.dev/status"] : ""`},
		{"sleeps", "The longest sleep of the containers that the status knows.", `(object.spec.containers.filter(c, variables.status.contains("{\"name\":\"" + c.name + "\",") &&
  has(c.lifecycle) && has(c.lifecycle.preStop) && has(c.lifecycle.preStop.sleep)).map(c, int(c.lifecycle.preStop.sleep.seconds)) + [0]).max()`},
	}
}

// lateMutation gives the others the same.
const lateMutation = `variables.status == "" || variables.sleeps == 0 ? [] :
object.spec.containers.transformList(i, c, !variables.status.contains("{\"name\":\"" + c.name + "\",") && !(has(c.lifecycle) && has(c.lifecycle.preStop)),
  has(c.lifecycle) ?
    JSONPatch{op: "add", path: "/spec/containers/" + string(i) + "/lifecycle/preStop", value: {"sleep": {"seconds": variables.sleeps}}} :
    JSONPatch{op: "add", path: "/spec/containers/" + string(i) + "/lifecycle", value: {"preStop": {"sleep": {"seconds": variables.sleeps}}}})`
