//go:build linux

// Package scale creates 20,000 pods as fast as the API server takes them, and watches the webhook
// meanwhile.
//
//	2,000 workloads of ten pods, an image each, over 500 namespaces → 32 clients
//	every second: creations, their latency, the webhook's memory and processor time
//
// The pods leave their command to their image, so that every one of them needs an answer about it.
// They come as workloads come: the ten of one after the other. No scheduler takes them: what is
// measured is the admission, not the node. The images are spread over sixteen registries, because
// softstop asks one host only so many times a second, whatever the load.
//
// The webhook is restarted first, so that its memory at rest is that of a fresh process.
package scale
