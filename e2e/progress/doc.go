// Command progress does what takes minutes and would say nothing: it compiles a program of
// this repository, or compiles and runs the tests, and says how far it is.
//
//	progress build OUT PACKAGE    go build, with the packages compiled so far every 10 s
//	progress test FLAG...         go test FLAG..., with a line for each package that has been
//	                              tested, and every 10 s what is at work; only tests that fail
//	                              are shown, whole
//
// It knows how long the same took before on this machine, and says so first. It imports
// nothing but the standard library, so that it is there within seconds where nothing has been
// compiled. It decides nothing: the verdict is go's own.
//
// # Two at once
//
// Two runs of the tests share nothing but the processors and Go's cache: the second says that
// it is the second, and goes on.
package main
