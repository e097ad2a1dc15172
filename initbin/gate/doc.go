// Package gate holds the checks of softstop-init as a program: that its watcher never
// calls the Go runtime (read from the object code of both architectures), how large it
// is, and what it is made of. It has no code of its own, only tests.
//
// # Why object code
//
// The watcher runs before there is a runtime; the compiler alone knows where it puts a
// call to one (a map, a string comparison, a bounds check, a write barrier). Reading
// the source, or a list of forbidden constructs, would miss what a Go release changes.
package gate
