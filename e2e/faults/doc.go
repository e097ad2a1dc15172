//go:build linux

// Command faults lets misfortune strike softstop on a real node while pods are being created, and
// counts what it cost them. Run it with make faults; it writes docs/faults.md.
//
//	stage → what right looks like → for each fault: load on → strike → heal → recovered? → load off → row
//
// A fault (faults_*.go) is a name, a sentence and a function that strikes until its time is over
// and then heals. The load is package load, the webhook's replicas are package replica, who attacks
// them is package flood, the registry is registry.go. Judge says, as a pure function over the rows,
// which promises are broken; the command fails by it.
//
// What can happen to the nodes' plugin is package nodeplugin and strikes while pods start (node.go):
// it has a table of its own, as these pods all run, and are counted by what process 1 is.
//
// A journal (journal.go) says of each pod that did not go the usual way what happened, and has the
// API server's own words about every call of the webhook that it did without; make faults keeps it
// in the user's cache, softstop/own/faults.journal.
//
// It installs the chart with its default settings, but for the address of the registry. It does not
// test how pods stop.
//
// # Why the load goes on until softstop has recovered
//
// The pods that suffer are often those after the fault: a connection that is still there, an
// endpoint that is not yet. So the recovery is part of each row, and its length is in the table.
//
// # Why a killed replica's pod is deleted
//
// The kubelet pauses between the restarts of a pod, up to minutes. Killing "every few seconds"
// would soon measure these pauses, with no replica there at all, which is a row of its own.
package main
