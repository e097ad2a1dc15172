// Package silence says which findings count: what somebody decided to live with is not reported.
//
//	rules.go      the checks of a run: which are on, how much each matters, what is ignored where
//	annotation.go softstop.dev/ignore on a workload or its pods
//	baseline.go   a file of all findings of an earlier run: only new ones count
//
// Files are read and written by the command; here are their contents.
//
// # Why three ways
//
// They answer three questions. A workload's author knows why this one is as it is, and says so
// where it stands. Whoever looks after a repository decides what matters in all of it. And who
// begins with hundreds of findings wants to hear of new ones, not to decide about each old one
// today.
//
// # Why a baseline has no lines
//
// A line moves with every change above it. File, object, container and finding stay.
package silence
