//go:build linux

// Package podprice measures what softstop costs a pod that runs: the time from its creation to
// Running, its memory, and the size of the images.
//
// Four kinds of the same pod: bare, with the emptyDir carrier, with the image volume, with the node
// carrier. They start one at a time, in turn. Then some of each run side by side, and their memory
// is what their cgroups are charged: a program's file that two pods share is charged to whoever
// read it first, and a copy of it to each.
//
// The nodes' plugin is there all the while and is shown every container, the bare pods', too. That
// it has wrapped those that it should is looked up in its counter: a plugin that does nothing is
// quick. What it takes itself, once for each node, is in the table, too.
//
// What the init's own process takes is measured more closely by the init's benchmark.
package podprice
