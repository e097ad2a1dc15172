//go:build linux

// Package load asks HTTP servers at a steady rate and counts how each request ended, second by
// second.
//
//	Plan (JSON, standard input) → requests until the input ends → Tally for each target (JSON, standard output)
//
// A request counts as answered only when its whole body has arrived. Each target is asked in two
// ways: every request on a connection of its own, and over a few kept connections.
//
// It does not know Kubernetes: a target is an address. It runs as a process of its own inside the
// node's network, because a Go program cannot be in two networks.
//
// # Why requests start at set times
//
// A client that waits for one answer before it asks again falls silent just when the server is
// slow, and sees little of the trouble. Here a request starts when its time has come, whatever
// became of the others; only their number at once is bounded.
//
// # Why net/http's own second try is left on
//
// A server may close a kept connection at any time, and a client must then ask again (RFC 9112,
// section 9.3.1); every HTTP library does it for requests without a body. Such second tries are
// counted and shown, and not as failures: no caller ever saw one.
package load
