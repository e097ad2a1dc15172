// The matrix program runs the node suite's pods on several versions of Kubernetes, one node after
// the other, and writes docs/versions.md.
//
//	for each version: SOFTSTOP_KUBERNETES=VERSION go test -json → results → table
//
// A case that is not about a version says so itself (since and before in its file), and the table
// shows a dash: what a version lacks is noticed by the product, and the cases on both sides of the
// line say how. It judges nothing else and starts no node itself.
//
// It is not part of make e2e: a version that was never built takes five to nine minutes of two
// cores.
package main
