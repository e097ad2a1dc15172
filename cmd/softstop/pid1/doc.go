// Package pid1 says what process 1 of a container does with SIGTERM, as far as its command
// line tells.
//
//	pid1.go      a command line: wrappers, shells, scripts, programs
//	program.go   programs that are known to have no handler, or to leave too early
//	shell.go     a shell's command line; which shell sh is
//	script.go    how a script of sh -c ends: what is in front of its shell, and what takes its place
//	lastwords.go which shell makes way for its script's last command
//	trap.go      what a trap changes
//	rewrite.go   the script with an exec where it is missing
//
// It is pure, looks into no file, and asks no registry: of a program that it does not know it says
// nothing.
//
// # Why a signal is lost at all
//
// The kernel does not deliver to process 1 a signal that it has no handler for. "sleep infinity"
// ends at SIGTERM everywhere but there. A shell without a trap has no handler either, and a shell
// with one runs it only when its foreground command has ended.
//
// # Why three shells are judged
//
// Some shells execute the last command of a -c script in their own place, under conditions that
// no manual states. They were measured (docs/cli.md has the table): Debian's dash never does,
// bash 5 and busybox do it for different scripts. What "sh" is only the image knows. Where its
// name tells, it is believed; otherwise all three are judged, and if they differ, that is said.
package pid1
