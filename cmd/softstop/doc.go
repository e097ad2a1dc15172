// Command softstop is the people's tool: it does to files what the webhook does to
// pods, and explains it.
//
// It is the same engine (package webhook) behind other doors: a pod in a file counts
// as requested, since somebody named it, and the namespace it will live in is the
// Namespace object of the same input, if there is one. It does not talk to a cluster.
package main
