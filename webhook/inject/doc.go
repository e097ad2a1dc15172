// Package inject turns a pod into the same pod with softstop in it.
//
// Inject takes a pod and the Facts about its surroundings and returns a Plan and the operations of
// a JSON patch. Nothing after Decide changes what is done to a container, or why. Everything here
// is a pure function over data: what has to be asked of the outside (the namespace, the nodes, an
// image) was asked before. The webhook calls it, and so does the people's CLI.
//
//	decide     decide.go     which containers are wrapped, get hooks only, are left, and why
//	             ours.go       what earlier passes put in, and the pod without it, with recognise.go
//	             podreason.go  why a pod is left alone as a whole
//	             command.go    what a container runs, with the variables of its spec: expand.go
//	             windows.go    pods that can only run on Windows
//	             owninit.go    commands with an init of their own, or that must be process 1
//	             meshproxies.go  the containers of service meshes, by name
//	             process1.go   probes and hooks that name process 1
//	             size.go       pods that no cluster runs
//	             reasons.go    every reason, its sentence and what to do about it
//	plan       plan.go       what the pod will look like, as data
//	             stopplan.go   the arithmetic of the stop plan
//	             drain.go      who drains, and who waits for those that do
//	             quiet.go      what tells an init that the clients of its container are gone
//	             hooks.go      preStop hooks, other people's and ours
//	             carrier.go    how the init gets into the pod, with installer.go and resources.go
//	             annotate.go   what the annotations are to say, with status.go
//	patch      patch.go      the plan becomes a short list of JSON patch operations, with operations.go
//	           case.go       decide, plan and patch in a row; a caller who has to ask a registry
//	                         does so between decide and plan
//	           facts.go      what is known about the pod's surroundings
//	undo       undo.go       the way back: the operations that take softstop out of a pod again
//
// It does not ask, log, count or answer (webhook), does not read the cluster (webhook/cluster) or
// registries (webhook/lookup), and does not know how the init does its work (initbin).
//
// # Why the patch is not a diff
//
// The usual way, marshalling the changed pod and comparing it with what arrived, drops
// every field that is newer than the types this binary was built with. Here only what
// softstop adds is written, and each operation that relies on an index or replaces a
// value is preceded by a test operation: should the pod not be the one that was read,
// the patch fails as a whole and nothing is half done.
//
// # Why injecting twice is injecting once
//
// Every pass first removes, in a copy, what earlier passes have added, recognised by its
// structure (ours.go). It plans for that bare pod, and the patch has only what differs
// from the pod that arrived. So a second pass over an unchanged pod changes nothing; a pod
// that somebody changed in between becomes what it would have become at once; and
// uninject is a pass with an empty plan.
//
// A flag of the init marks a command that was found in an image, with the image's name. A
// later pass uses it again if the registry does not answer.
//
// # Why a stop timeout that somebody asked for does not grow
//
// When the grace period is longer than the plan needs, the time is given to the stop
// timeout, so that an operator's generous grace period keeps meaning something. But a
// pod or namespace that says stop-timeout: 10s means ten seconds; only the cluster's
// values grow.
//
// # Why a user's own preStop sleep counts as drain
//
// A preStop hook that sleeps is somebody's hand-made drain and its length is known.
// The plan's drain is the longer of both, and the init adds only the difference:
// draining twice in a row would push the stop past the grace period.
package inject
