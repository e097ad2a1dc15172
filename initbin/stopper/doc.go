// Package stopper is the ladder: whom to signal when the container is to stop, in which order,
// and what to do about those that do not end. It is ordinary Go, started by the watcher as a
// child for one task, and gone afterwards. The watcher keeps the deadline, reaps and owns the
// exit code: nothing here can make the init late.
//
//	main.go   reads the task; relay.go does the one that is no stop
//	look.go   reads /proc (examine.go, descriptors.go, connections.go) into a tree.go of process.go
//	ladder.go decides over a tree, without input or output; traps.go, steps.go, readers.go,
//	          wrappers.go and orphans.go have the rules of those names
//	stop.go   carries the decisions out (signal.go, pipes.go), waits, kills at the deadline
//	why.go    asks what those wait for who are about to be killed (package lastwords);
//	          stacks.go has those print their stacks whose runtime can
//	report.go says what happened, publish.go writes it in place of what it said before
//
// # The decisions
//
// Nobody is signalled twice: many applications quit hard on the second signal. The signal is
// the stop signal for who handles it, else SIGTERM.
//
//	observed                                     decision, and why
//	---------------------------------------------------------------------------------------------
//	the main process; handles the signal         signal it; those below are its affair
//	does not handle it                           signal it, and decide the same for its children
//	blocks it, and sleeps while it is pending    as if it did not: it blocks it only to wait
//	a shell that handles it (a trap)             stop its children, signal it, see what it does:
//	  it signals or reaps a child, or goes on      the trap runs: the children are its affair
//	  it sleeps again, and has done nothing        it waits for its youngest child, in front:
//	                                               signal that
//	  … and that is much younger, or at work       a step of a script: let it end, for at most
//	                                               half of the timeout
//	  … and it starts the same program again       it has no trap for this signal: SIGTERM
//	node, ruby, Go; who replaced a shell (exec)  stop those below it, signal it, see whom it signals
//	reads a pipe that others write to            500 ms after the last of them has ended: it ends
//	                                             by itself; the stopper holds the pipe open, so
//	                                             that none of them dies of SIGPIPE
//	serves a client of this container            after that client, which may need it to its end
//	su; who gave its child a terminal; the       only after its children: its end would take
//	first process of a PID namespace; who        them along (dumb-init is stopped till then)
//	stands between such a one and the children
//	stopped, by somebody else                    let it go on, and look again
//	an orphan from the beginning (a daemon)      after the application, which may need it
//	an orphan of a supervisor that was signalled after 100 ms, if the supervisor cannot have
//	                                             signalled it: it lives and does not handle the
//	                                             signal; it has not run since; or its supervisor
//	                                             signals only its own children
//	a quarter of the timeout left, at most 5 s   everyone not signalled yet
//	the timeout                                  SIGKILL, each named with pid, command, state
//
// What kubectl exec started is not signalled: the leader of its session has no parent in the
// container. Orphans of that session do not count while the leader lives.
//
// Why not simply signal everyone? That kills the worker in the middle of the task that its
// supervisor would have waited for, the redis that the application flushes to, the tee that would
// have written its last line. docs/zoo.md shows real servers for each rule.
package stopper
