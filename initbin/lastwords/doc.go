// Package lastwords finds out what a process waits for, from outside: what it is told of a process
// that did not stop in time, before it is killed.
//
//	Of(pid, children)   reads /proc; the one sentence that tells most of all its threads
//	parse.go            what the files of /proc say, pure
//	calls*.go           which system call is about what
//	say.go              the sentence, pure
//	sockets.go, pipes.go             what is behind a descriptor
//	stacks.go           PrinterOf: the signal on which its runtime prints its stacks
//
// It is the stopper's, who has the last moments of a stop to spare for it: it reads small files
// only, asks nobody, starts nothing, and stops in the middle when its time is over. It never says
// arguments or environment. What it says may hold whatever a path or a name holds: who prints it
// makes it printable.
//
// # Why the blocked system call
//
// A debugger would say more, but nobody has attached one when a pod is stopped at three in the
// morning. The call that a thread sleeps in, with its first argument, says which descriptor it is
// about, and the descriptor leads to a peer, to who holds the other end of a pipe, or to who holds
// a lock: to the next place to look.
package lastwords
