// Package watcher is PID 1: it starts the main process, reaps, passes signals on, keeps
// the deadline of a stop and ends with the main process's exit code. It runs before and
// without the Go runtime, in about 130 KiB, with one thread and no wake-ups while
// nothing happens.
//
// It does not decide whom to tell beyond the main process: that is package stopper, a
// process of ordinary Go that exists only during a stop. It does not know pods.
//
// # The rules, in the order of a container's life
//
//	start     All signals are blocked before anything else, so none is lost and none is
//	          fatal. The main process gets the mask and the dispositions that we were
//	          given, a process group of its own, and the terminal if we had it.
//	          Not being PID 1, we become the subreaper. Descriptors above 2 are its alone.
//	reap      wait4 until it has nothing more. ECHILD means that every descendant is gone:
//	          processes of kubectl exec have no parent in the container and never count.
//	Ctrl-Z    A main process stopped by SIGTSTP is continued: as PID 1 it would not have
//	          been stopped, and nobody is above it to continue it. SIGSTOP stands.
//	signals   CHLD, URG, PIPE, TTIN, TTOU and the synchronous faults are never passed on.
//	          SIGTERM, SIGINT and what --stop-signal names begin a stop, once; repeating
//	          them changes nothing. Any other goes to the main process if it catches it;
//	          else a relay, a stopper with that one task, finds who does. SIGQUIT is among
//	          those: it makes a JVM print its threads, and must not kill it 23 s later.
//	drain     With --drain the stop signal is held back so long first.
//	stop      A main process without children or a terminal is told at once. Any other is
//	          not: the stopper must see it and its children before anybody dies or acts,
//	          and tells it a few milliseconds later. Targets main and group are signalled at once.
//	          Then the stopper takes over, and the deadline runs.
//	fallback  A stopper that fails, is killed or cannot be started changes only the finesse:
//	          every descendant is signalled, or without /proc the main process's group. One
//	          that has not looked around by the last call is ended first, and replaced in the
//	          same way.
//	          A main process that was signalled stops its own, until the last call. Where the
//	          memory limit has no room for a stopper, none is started: the kernel would kill
//	          the application for it.
//	timeout   At the deadline the stopper kills and names what is left. 250 ms later, or at
//	          once without a stopper, the watcher kills it; 750 ms after the deadline it
//	          leaves whatever the state of what cannot be killed.
//	leftovers When the main process ends by itself, what it leaves behind is told
//	          SIGTERM and has 5 s, or the stop timeout if that is shorter.
//	report    Written when the stop signal arrives, before anybody is signalled, and at the end
//	          where the stopper has not done so, without names. The phases between are the
//	          stopper's. Never over what the application has written there.
//	exit      The main process's code, 128+n for signal n, 127 and 126 if it could not be
//	          started. If it says only that somebody died of the stop signal, the exit code
//	          of the application that it was waiting for.
//
// # A SIGTERM's way
//
//	start.go     long before: all signals are blocked, the command line is read
//	spawn.go     the main process is started; exec.go finds the program
//	watch.go     what PID 1 knows, and its loop: fetch a signal, reap, do what is next
//	receive.go   the signal is fetched; is it a stop, or only to be passed on?
//	stop.go      the stop begins: the main process is told, if that needs no look around
//	clock.go     what is next: the end of the drain, the stopper's start, the deadline; pure
//	launch.go    the stopper is started with its task
//	             stopper: main.go reads the task, look.go the processes, ladder.go decides
//	             whom to tell, stop.go tells them and kills at the deadline, report.go reports
//	reap.go      who has ended is reaped, the stopper hears of it; the last one ends the program
//	tree.go      where the stopper fails: everybody is told, and killed at the deadline
//
// # How it runs without the runtime
//
// The program is linked with -E, so that the kernel enters at entry (entry_*.s) instead
// of the Go runtime. entry makes a g with stack bounds, which is all that compiled Go
// code asks for, and calls start. Code reachable from there keeps to these rules: no
// heap, maps, channels, interfaces, defer or panics; no bounds checks (-B); fixed
// tables; no pointer stored through a pointer (that needs the collector's barrier);
// system calls through package sys. The gate disassembles the program for both
// architectures and fails on any call into the runtime but the check of the stack's
// size. If the command line is not that of a run, or is wrong, start gives the stack back
// and the runtime starts as ever.
//
// # Why
//
// An ordinary Go PID 1 takes a megabyte, seven threads and ten pids, and is wrong: until
// os/signal is set up a SIGTERM kills it, and it cannot hand on ignored signals. If a Go
// release breaks the technique, ORDINARY=1 builds the same code into an ordinary
// program (package ordinary), and the same tests hold it.
package watcher
