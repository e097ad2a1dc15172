// Package load creates pods at a steady rate and says of each what became of it: how long its
// creation took, whether it was refused, whether it was injected, left alone or changed wrongly,
// and whether it ran.
//
//	kind (data) → pod, every so often → API server → record → Count → tally
//
// What is right is learned, not written down twice: before anything goes wrong each kind's pod is
// sent as a dry run, without softstop and with it, and what comes back is the Shape of that Result.
// A pod that fits none of its kind's shapes, in specification, labels, annotations and status, is
// Wrong. Whether the shape itself is right is held by the webhook's golden pods.
//
// It does nothing to softstop or the node, and judges nothing.
//
// # Why most pods have no scheduler
//
// A creation is over when the API server answers. Pods that name a scheduler that does not exist
// cost the node nothing, so the API server can be given twenty a second on two cores; the few whose
// kind Runs show that what was admitted also starts.
//
// # Why an API server that is away refuses nothing
//
// While it restarts nobody gets an answer, softstop or not, and every controller tries again. Such
// attempts are counted apart, as Away; whatever the API server does answer is not excused.
package load
