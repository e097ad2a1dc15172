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
//	why.go    asks what those wait for who are about to be killed (package lastwords)
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
//	handles it, but it stays pending asleep      as if it did not: it blocks it only to wait
//	a shell that handles it (a trap)             stop its children, signal it, look what it did:
//	  signalled or reaped a child, moved on        the trap runs: the children are its affair
//	  slept again, all the same                    it is behind its youngest child: signal that
//	  … which is much younger, or at work          a step: let it end, at most half the timeout
//	  … and starts the same again                  it has no trap for this signal: SIGTERM
//	node, ruby, Go; who replaced a shell (exec)  stop those below it, signal it, look whom it signals
//	reads what others print                      after them, and 500 ms: it ends by itself; its
//	                                             pipe is held open for who prints on
//	serves a client of this container (TCP)      after that client, which may need it to its end
//	su; who gave its child a terminal; the       only after its children: its end would take
//	first process of a PID namespace             them along (dumb-init is stopped till then)
//	an orphan from the beginning (a daemon)      after the application, which may need it
//	an orphan of a supervisor that was signalled after 100 ms, if it cannot have been signalled:
//	                                             it does not handle the signal and lives, has not
//	                                             run, was stopped and got none, or was out of reach
//	a quarter of the timeout left, at most 5 s   everyone not signalled yet
//	the timeout                                  SIGKILL, each named with pid, command, state
//
// A session of kubectl exec is not ours: its leader has no parent in the container, and
// what it leaves as orphans does not count while that leader lives.
//
// Why not simply signal everyone? That kills the worker in the middle of the task that its
// supervisor would have waited for, the redis that the application flushes to, the tee that would
// have written its last line. docs/zoo.md shows real servers for each rule.
package stopper
