// Package parts builds the programs the real node is made of, from their Go modules, and keeps them.
//
// Each part is a Go module of its own in a folder beside this file: a go.mod that requires one project and names its
// programs as tools, and the go.sum that pins it. There is no code of ours in them, but for a main function that starts
// cert-manager's controllers: its own is in a module that cannot be required. Kubernetes is the one part whose version is a
// variable: for any other version than the pinned one a go.mod is made in the cache from the release's own.
//
// Built programs live outside the work tree, in the user's cache folder, one folder a part, named by a hash of everything that
// shaped them. A build happens below a lock, into a folder beside its final place, and is renamed at the end: an
// interrupted build is simply not there, and two at once build once.
//
// Why modules of their own: Kubernetes alone requires about 200 modules, which the product must never see in its go.mod.
// Why tools and not one multi-command program: it needs no code that follows each release's function signatures, so that
// one recipe builds every version; the cost is a link for each, once. Only the API server is
// linked for tests without a node.
//
// It does not start anything: see package node.
package parts
