// Package commandline reads command lines without running them: which programs a container
// can end up with, and what its probes and hooks do.
//
//	behind.go    words that stand before another program: env, sudo, timeout
//	shell.go     a shell's own options, and the text that it runs
//	text.go      the text parsed, and its words as far as they are known
//	ends.go      the programs that a command line ends up executing
//	hook.go      what a hook does: how long it sleeps, and whether it stops the program
//	process1.go  commands that ask about process 1 by its number
//
// Everything is a pure function from words to what they mean; programs are known by name
// from initbin/program. The webhook decides by it, and the people's CLI explains.
//
// It knows nothing of pods, and does not say what is right: a word that may be anything
// ("$APP") is taken for nothing.
//
// # Why a text is parsed
//
// "exec /sbin/init" in a comment, in a string or behind "test -x" starts no init, and
// "exec $INIT" may. A search for words gets the one or the other wrong.
//
// # Why which words count
//
// Whatever is executed for certain counts: the first word, what stands behind env and its
// like, what a shell's text executes. What an unknown program does with its arguments
// nobody can know, and an entrypoint script mostly executes them. A file that is a
// system's init and nothing else (/sbin/init, /lib/systemd/systemd) counts wherever it
// stands; /init does unless it is an option's value; a plain "init" only where a command
// stands: first, behind "--", or first behind something called an entrypoint. "terraform
// init" is an application.
//
// # Why there are bounds
//
// Pods are written by anybody, and the text in one may be a megabyte of opening brackets.
// A text that is too long, or nested too deeply, is not parsed: then only the files that
// are a system's are looked for in it.
package commandline
