// Package stopper is the ladder: whom to tell that the container is to stop, in which
// order, and what to do about those that do not. It is ordinary Go, started by the
// watcher as a child for one task, and gone afterwards.
//
// look reads /proc into a family of processes; ladder.step decides over it, without
// any input or output of its own; stop carries out the decisions and waits. The
// watcher keeps the deadline, reaps and owns the exit code: nothing here can make the
// init late.
//
//	main.go     the task is read; relay.go does the one that is no stop
//	look.go     one look through /proc; examine.go knows what to read of each process,
//	            process.go what that says about it, family.go who belongs to whom
//	ladder.go   one step up: shells.go, readers.go, wrappers.go and orphans.go have the
//	            rules of those names below
//	stop.go     carries out the step (signal.go, pipes.go), waits for ends (watcher.go),
//	            kills what is left at the deadline
//	report.go   the line of JSON
//
// # The ladder
//
//	main      The main process is told first. A process that does something of its own
//	          about the signal (catches, blocks or sigwaits it) is trusted with all below
//	          it. One that does not is told, and its children are visited as well.
//	signal    Each is told the stop signal if it handles it, else SIGTERM: where nginx
//	          wants SIGQUIT, a helper beside it may know only SIGTERM.
//	shells    A shell with a trap runs it at once if it is in its wait builtin, and then
//	          its children are its own affair. Behind a foreground child it cannot: if
//	          after 40 ms it sits at the same place in the kernel, that child, which bears
//	          no trace of a background job, is told.
//	readers   A process that reads what others print is not told while they print, nor for
//	          500 ms after: tee ends by itself with the last word. If it is told, because
//	          it handles the signal, a second read end stays open and is passed on: nobody
//	          dies of SIGPIPE in its cleanup.
//	wrappers  su and runuser kill their child soon after they are told; a terminal's session
//	          leader, and who gave it the terminal (script, expect), hang up on it. They
//	          are passed over while they have one. dumb-init signals everybody twice: it is
//	          stopped until they have ended.
//	orphans   Those that nobody can have told are told at once; while the main process
//	          lives and answers, those that it may yet stop or need are not. An orphan
//	          out of the hands of a supervisor that was told gets 100 ms. If it has not run
//	          since the first look (its count of context switches stands still), it has
//	          not been told: it is told now. If it has, it is told only if that
//	          supervisor cannot have reached it.
//	last call A quarter of the stop timeout before its end, at most 5 s, everyone not yet
//	          told is told.
//	timeout   What is left is killed, each one named with pid, command and state.
//
// Nobody is told twice: many applications quit hard on the second signal.
//
// A session of kubectl exec is not ours: its leader has no parent in the container, and
// what it leaves as orphans does not count while that leader lives.
//
// # Why not simply everyone
//
// Telling all at once kills the worker in the middle of the task that its supervisor
// would have waited for, the redis that the application flushes to, the tee that would
// have written its last line. docs/zoo.md shows real servers for each rule.
package stopper
