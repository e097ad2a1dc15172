// Package proc reads what the kernel writes about a process under /proc.
//
// The parsers are for the watcher and the stopper alike: they only slice and count,
// so that they run without the Go runtime, and they believe nothing: a process
// chooses its own name, which may hold spaces, brackets and line feeds. See proc(5).
package proc
