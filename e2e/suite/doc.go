// Package suite is the test of the whole road on a real node: chart, webhook, init, kubelet. Run it
// with make e2e.
//
// Everything in it needs the build tag e2e, root and a few minutes; a plain go test passes it by.
// It brings up a node of its own, named "e2e", so that a node somebody looks around in is left
// alone. Whatever happens to it, Ctrl-C and SIGKILL included, the node goes with it (see package
// node).
//
// What needs no kubelet is tested without one, beside the code.
package suite
