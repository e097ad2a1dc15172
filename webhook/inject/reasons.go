package inject

// Reason is one word of the fixed list that says why something was left alone or done
// by half. Log lines, the status annotation, warnings, metrics and the documentation
// all use this list.
type Reason string

// Reasons about a whole pod: it is left alone.
const (
	ReasonNotOptedIn     Reason = "not-opted-in"
	ReasonOptedOut       Reason = "opted-out"
	ReasonNeverServed    Reason = "never-served"
	ReasonMirrorPod      Reason = "mirror-pod"
	ReasonWindows        Reason = "windows"
	ReasonWasm           Reason = "wasm"
	ReasonGraceZero      Reason = "grace-zero"
	ReasonWorkflowEngine Reason = "workflow-engine"
	ReasonNothingToDo    Reason = "nothing-to-do"
	ReasonRefused        Reason = "refused"
	ReasonTooLarge       Reason = "too-large"
)

// Reasons about one container.
const (
	ReasonNoCommand     Reason = "no-command"
	ReasonEmptyImage    Reason = "empty-image"
	ReasonHasInit       Reason = "has-init"
	ReasonMustBePID1    Reason = "must-be-pid1"
	ReasonMeshSidecar   Reason = "mesh-sidecar"
	ReasonSidecar       Reason = "sidecar"
	ReasonInitContainer Reason = "init-container"
	ReasonExcluded      Reason = "excluded"
	ReasonMountTaken    Reason = "mount-taken"
	ReasonNamesPID1     Reason = "names-pid1"
	ReasonPlanUnknown   Reason = "plan-unknown"
	ReasonImageUnknown  Reason = "image-unknown"
	ReasonNoPlugin      Reason = "no-plugin"
)

// Reasons why nobody knows what an image runs. Their fixes are the same, see ownCommand.
const (
	ReasonPullNever            Reason = "pull-never"
	ReasonBadReference         Reason = "bad-reference"
	ReasonRegistryDenied       Reason = "registry-denied"
	ReasonRegistryUntrusted    Reason = "registry-untrusted"
	ReasonRegistryUnauthorized Reason = "registry-unauthorized"
	ReasonImageNotFound        Reason = "image-not-found"
	ReasonRegistryUnavailable  Reason = "registry-unavailable"
	ReasonImageInvalid         Reason = "image-invalid"
	ReasonPlatformsDiffer      Reason = "platforms-differ"
)

// explanation is a reason in words.
type explanation struct {
	// what is so.
	what string
	// fix is what to do about it; empty means that all is well without.
	fix string
	// warns means that whoever creates the pod should hear of it: it asked for more
	// than it gets.
	warns bool
}

// explanation has a case for every Reason; a test holds it complete.
func (r Reason) explanation() explanation {
	switch r {
	case ReasonNotOptedIn:
		return explanation{"neither the pod nor its namespace opted in", `set the annotation softstop.dev/inject: "true" on the pod or the label softstop.dev/inject: enabled on the namespace`, false}
	case ReasonOptedOut:
		return explanation{"the pod or its namespace opted out", `remove the annotation softstop.dev/inject: "false" or the label softstop.dev/inject: disabled`, false}
	case ReasonNeverServed:
		return explanation{"pods of kube-system are never sent to softstop", "run it in another namespace, or use softstop inject on its manifest", true}
	case ReasonMirrorPod:
		return explanation{"it mirrors a static pod, which the kubelet runs from a file", "use softstop inject on the file", true}
	case ReasonWindows:
		return explanation{"it runs on Windows, where there are no Unix signals", optOut, true}
	case ReasonWasm:
		return explanation{"its RuntimeClass runs WebAssembly, which has no processes", optOut, true}
	case ReasonGraceZero:
		return explanation{"terminationGracePeriodSeconds is 0: it asks to be killed at once", "set it to 1 or more", true}
	case ReasonWorkflowEngine:
		return explanation{"a workflow engine (Tekton, Argo Workflows) starts and stops its steps itself", "", false}
	case ReasonNothingToDo:
		return explanation{"none of its containers can be handled", "look at the reason of each", false}
	case ReasonRefused:
		return explanation{"it is refused: the cluster's configuration is strict, and a value means nothing", "correct the value that the message names", false}
	case ReasonTooLarge:
		return explanation{"it has more than any node runs: over 100 containers, names or annotations longer than Kubernetes takes, or very many small parts", "make the pod smaller", true}
	case ReasonNoCommand:
		return explanation{"the pod sets no command and what the image runs is not known", ownCommand, true}
	case ReasonEmptyImage:
		return explanation{"neither the pod nor the image has a command", "set command in the pod spec", true}
	case ReasonHasInit:
		return explanation{"its command starts with an init of its own", "remove that init to get softstop's", false}
	case ReasonMustBePID1:
		return explanation{"its command is an init system that must be process 1 and stops its services itself", "", false}
	case ReasonMeshSidecar:
		return explanation{"it is a service mesh's proxy, which stops by its own rules", nameIt, false}
	case ReasonSidecar:
		return explanation{"softstop.dev/sidecars is false", "set it to true to have native sidecars wrapped", false}
	case ReasonInitContainer:
		return explanation{"init containers run to completion before the application starts", nameIt, false}
	case ReasonExcluded:
		return explanation{"softstop.dev/containers or softstop.dev/exclude-containers leaves it out", "change that to have it wrapped", false}
	case ReasonMountTaken:
		return explanation{"a volume is mounted at / or where the init is", "move that mount", true}
	case ReasonNamesPID1:
		return explanation{"a probe or hook looks into process 1, which would be the init", "let it find the program by name (pidof, pgrep), or name the container, beside the others, in softstop.dev/containers to have it wrapped", true}
	case ReasonPlanUnknown:
		return explanation{"the node's plugin does not understand what the webhook planned", "upgrade softstop's DaemonSet to the webhook's version", true}
	case ReasonImageUnknown:
		return explanation{"the node's runtime did not tell what the image's stop signal is", "set lifecycle.stopSignal in the pod spec, or create the pod again", true}
	case ReasonNoPlugin:
		return explanation{"no plugin was there when the node started the container", "create the pod again", true}
	case ReasonPullNever:
		return explanation{"imagePullPolicy is Never, so the image is on the node only", ownCommand, true}
	case ReasonBadReference:
		return explanation{"the image's name cannot be read", "correct it", true}
	case ReasonRegistryDenied:
		return explanation{"the image's registry has an address softstop may not ask", ownCommand, true}
	case ReasonRegistryUntrusted:
		return explanation{"the registry has no certificate softstop trusts, or speaks plain HTTP unasked", ownCommand, true}
	case ReasonRegistryUnauthorized:
		return explanation{"the registry refuses the pod's pull secrets", ownCommand, true}
	case ReasonImageNotFound:
		return explanation{"the registry has no such image", ownCommand, true}
	case ReasonRegistryUnavailable:
		return explanation{"the registry did not answer in time", ownCommand + ", or create the pod again", true}
	case ReasonImageInvalid:
		return explanation{"the registry's answer is no valid image", ownCommand, true}
	case ReasonPlatformsDiffer:
		return explanation{"the image runs different commands on the platforms the pod can land on", ownCommand, true}
	}
	return explanation{}
}

// The fixes that several reasons share.
const (
	// ownCommand is for an image that nobody can look up.
	ownCommand = `set its command, or the annotation softstop.dev/command.CONTAINER: '["program"]'`
	// nameIt is for a container that is left alone unless somebody wants it.
	nameIt = "name it, beside the others, in softstop.dev/containers to have it wrapped"
	// optOut is for a pod that never can.
	optOut = `set the annotation softstop.dev/inject: "false" on it to hear no more of this`
)

// String returns the reason's word.
func (r Reason) String() string { return string(r) }

// Warns reports whether people should hear of the reason: they asked for more than they
// get.
func (r Reason) Warns() bool { return r.explanation().warns }

// Sentence says why, and what to do if something can be done, without a full stop.
func (r Reason) Sentence() string {
	e := r.explanation()
	if e.fix == "" {
		return e.what
	}
	return e.what + "; " + e.fix
}
