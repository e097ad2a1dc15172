// Command subject is what the inits supervise in the benchmark: a process of a few
// instructions, so that what is measured is the init and not its child.
//
//	subject            says that it is ready, waits for SIGTERM, answers with the time, exits 0
//	subject quit       exits 0 at once
//	subject orphans N  makes 5000 orphans, one after the other, then goes on like the first
//
// It says all of this on standard output: one byte when it is ready, 16 bytes for the
// time, a struct timespec of CLOCK_MONOTONIC. Only the number of its arguments counts.
//
// # Why assembly
//
// The Go runtime of an ordinary child would add its own threads, memory and signal
// handling to every figure. This one enters at its own entry point (-ldflags='-E
// main.entry') and never starts the runtime.
package main
