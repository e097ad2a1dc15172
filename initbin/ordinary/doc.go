// Package ordinary runs the watcher as an ordinary Go program, in builds that are not
// linked with -E: go test, -race, other architectures, and the day a Go release breaks
// the technique of initbin/watcher.
//
// The Go runtime handles signals on any of its threads, so the program first executes
// itself once more with all signals blocked: the runtime leaves an inherited mask
// alone, and one locked thread fetches the signals as the watcher always does. Those
// that the runtime takes all the same (its other threads never block what would kill a
// program, and SIGCHLD) are passed to that thread.
//
// What cannot be had this way: a signal in the first milliseconds is handled by the
// Go runtime, signals ignored by our parent reach the command with their default
// action (but HUP and INT) and blocked ones that end a program unblocked, SIGPROF is lost in the runtime, 32 to 34 (SIGRTMIN), which
// it neither blocks nor handles, end the program, and it takes the memory, threads and
// pids of a Go program.
package ordinary
