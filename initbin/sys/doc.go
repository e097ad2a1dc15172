// Package sys makes raw system calls, without the Go runtime knowing.
//
// The watcher runs before and without the runtime, so it cannot use package syscall:
// that one tells the scheduler about every call. Nothing here allocates, fails on its
// own or keeps state. Ordinary Go code has no reason to use this package.
package sys
