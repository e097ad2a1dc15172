// Package lookup finds out what an image runs, by asking its registry.
//
// One question's path, one file a step:
//
//	keyring.go    the pod's pull secrets, the most specific path first, then no credential
//	gate.go       per host: a rate limit and a breaker
//	dialer.go     the one transport: networks that are never dialled, sizes, plain HTTP
//	registry.go   HEAD to a digest, the index, the configuration of each platform
//	platforms.go  which of them count, and whether they agree (pure)
//	finder.go     caches, one flight for equal questions, the time budget
//
// It always answers within its budget: what the image runs, or a webhook.Reason. It
// downloads no layers, and does not decide what an answer means for a pod.
//
// # What is cached, and for whom
//
// What a digest means never changes, so it is kept until it is crowded out; what a tag
// means is kept for the tag TTL; a failure for a few seconds. Each entry belongs to the
// credential that saw it. A namespace without that credential gets nothing from the
// cache, however often another has asked.
//
// # Why the service account is not asked for pull secrets
//
// The API server's own admission has copied them into the pod before any webhook sees
// it, and a kubelet, too, uses only what the pod lists.
//
// # Why differing platforms are no answer
//
// A pod may land on any node its selectors allow. Where the image's command differs
// between their platforms, any choice is wrong somewhere.
package lookup
