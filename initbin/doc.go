// Package initbin is the command line of softstop-init: its flags, who writes them
// and who reads them.
//
// The webhook writes it (Options.Words), PID 1 reads it (Parse); both live here so
// that one round-trip fuzz test holds them together. The packages below it are the
// program itself:
//
//	watcher      PID 1, without the Go runtime: starts, reaps, keeps the deadline
//	stopper      the ladder, in ordinary Go: a child of the watcher for one stop
//	lastwords    what a process that is about to be killed waits for, for the stopper
//	handover     what the two say to each other, and which exit code comes of it
//	proc         what /proc says about a process, for both
//	quiet        when nobody asks a container for anything any more
//	sockets      the kernel's tables of TCP sockets
//	sys          system calls without the runtime
//	ordinary     the watcher inside an ordinary Go program
//	install      the carrier's copy
//	fault        errors without package fmt
//	gate         tests of the object code
//	processtest  tests with real processes
//
// A SIGTERM's way through them is in the watcher's documentation.
//
// It does not know pods, annotations or policies: durations, signals and exit codes
// arrive here decided.
//
// # Why no flag package
//
// PID 1 reads its flags before there is a Go runtime: no heap, no maps, no
// interfaces, no panics. So Parse only slices the strings it is given, and answers
// with a Problem that ordinary Go turns into a sentence later. Everything in
// parse.go and signals.go that Parse reaches must stay free of runtime calls; the
// object-code gate (package gate) checks it.
package initbin
