//go:build linux

// Package admission measures what it costs that the API server asks softstop about a new pod,
// beside the same pod with nobody asked, with a webhook that does nothing, with one that repeats
// the patch that softstop would make, and with a native MutatingAdmissionPolicy that does the part
// it can.
//
//	pods one after the other, contestants in turn   → p50 and p99 of a creation, by the client's clock
//	pods from many clients at once, in turn         → creations per second
//	Go benchmarks of package webhook                → the handler's own time beside decoding the review
//
// The webhook that repeats is the floor for whoever changes a pod: applying a patch, decoding and
// defaulting the pod again and asking its own admission once more is the API server's work,
// whatever the webhook does. It has cost several times of what a webhook's own work does.
//
// The pods are really created, in one API server, and no scheduler takes them. Both (../noop) run
// as softstop does: one pod, a Service, TLS, controller-runtime's server.
//
// It says nothing about what happens to the pod afterwards: that is package podprice.
package admission
