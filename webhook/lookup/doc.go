// Package lookup finds out what an image runs, by asking its registry.
//
// One question's path, one file a step:
//
//	finder.go       the time budget, one flight for equal questions, failures remembered
//	slots.go        so many questions at once, shared by namespace
//	places.go       the mirrors of an image and its registry, each with its credentials
//	keyring.go      the pod's pull secrets, the most specific path first, then none
//	helper.go       Docker's credential helpers, where the configuration names one
//	cached.go       what tags and digests mean, kept for each credential
//	recent.go       a cache whose entries count for a time
//	gate.go         per host: a rate limit and a breaker
//	registry.go     HEAD to a digest, the index, the configuration of each platform
//	dialer.go       the one transport: networks that are never dialled, plain HTTP
//	bounded.go      how much an answer may have, and how many large ones there are at once
//	words.go        what may be said of a failure: nothing that a registry has sent
//	authorities.go  whose certificates are trusted
//	platforms.go    which platforms count, and whether they agree (pure)
//
// It always answers within its budget: what the image runs, or a inject.Reason. It
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
// # Why clouds' credentials come from helper programs
//
// Where a cloud's own identity opens its registry (ECR, Artifact Registry, ACR), each
// cloud's library would be linked into every webhook, with a hundred modules that most
// people never use. Docker's credential helpers exist for all of them, as programs:
// who wants one puts it into the webhook's image and names it in the configuration.
// Nobody else pays. A pod's own pull secret can never name a helper: it would run a
// program by a tenant's word. What a helper opens is open to every namespace, as it is
// to the kubelet, so its identity should read what every pod may run, and no more.
//
// # Why differing platforms are no answer
//
// A pod may land on any node its selectors allow. Where the image's command differs
// between their platforms, any choice is wrong somewhere.
package lookup
