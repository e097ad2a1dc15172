// Package watcher is PID 1: it starts the main process, reaps, passes signals on, keeps
// the deadline of a stop and ends with the main process's exit code. It runs before and
// without the Go runtime, in about 130 KiB, with one thread and no wake-ups while
// nothing happens.
//
// It does not decide whom to signal beyond the main process: that is package stopper, a
// process of ordinary Go that exists only during a stop. It does not know pods.
//
// # The rules, in the order of a container's life
//
//	start     All signals are blocked before anything else, so none is lost and none is
//	          fatal. The main process inherits the signal mask and the dispositions that the
//	          watcher was started with; it gets a process group of its own, and the terminal
//	          if there is one. The watcher closes its own copies of the file descriptors above
//	          2. If it is not PID 1, it becomes the subreaper.
//	reap      wait4 until it has nothing more. ECHILD means that every descendant is gone:
//	          processes of kubectl exec have no parent in the container and never count.
//	Ctrl-Z    A main process stopped by SIGTSTP is continued: as PID 1 it would not have
//	          been stopped, and nobody is above it to continue it. SIGSTOP stands.
//	signals   CHLD, URG, PIPE, TTIN, TTOU and the synchronous faults are never passed on.
//	          SIGTERM, SIGINT and what --stop-signal names begin a stop, once; repeating
//	          them changes nothing. Any other signal is passed to the main process if that
//	          catches it; else to a process that does, found by a relay: a stopper with that
//	          one task. So is SIGQUIT: a JVM prints its threads, so it must not begin a stop,
//	          which would end the JVM.
//	drain     With --drain the stop signal is held back so long first. With a minimum and a maximum
//	          a stopper with another task, the observer, ends when it is quiet: the drain ends
//	          then, not before its minimum and not after its maximum. If the observer cannot be
//	          started, fails or is killed, at the minimum.
//	stop      The main process is signalled at once if it has no children and no terminal, and
//	          the signal is SIGTERM. Otherwise the stopper first reads the process tree, and
//	          signals the main process a few milliseconds later. Targets main and group are
//	          signalled at once. Then the stopper takes over, and the deadline runs.
//	fallback  If the stopper fails, is killed or cannot be started, the watcher signals every
//	          descendant itself; without /proc, the main process's group. A stopper that has
//	          not read /proc by the last call (a quarter of the timeout before its end, at
//	          most 5 s) is killed first. If the main process has been signalled already, the
//	          others are left to it until it ends, or until the last call. Where the memory
//	          limit has no room for a stopper, none is started: the kernel would kill the
//	          application for it.
//	timeout   At the deadline the stopper kills and names what is left. 250 ms later, or at
//	          once without a stopper, the watcher kills it; 750 ms after the deadline it
//	          exits, whatever the state of what cannot be killed.
//	leftovers When the main process ends by itself, the watcher sends SIGTERM to what it leaves
//	          behind, which has 5 s, or the stop timeout if that is shorter.
//	report    The watcher writes it when the stop signal arrives, before anybody is signalled,
//	          and again at the end if the stopper has not, then without the names of
//	          processes. In between the stopper writes it. Neither overwrites a message of the
//	          application.
//	exit      The main process's exit status, 128+n for signal n, 127 and 126 if it could not be
//	          started. If it was only a wrapper (its exit status says that the stop signal killed
//	          it, or its child), the exit status of the process that it was waiting for.
//
// # A SIGTERM's way
//
//	start.go     long before: all signals are blocked, the command line is read
//	spawn.go     the main process is started; exec.go finds the program
//	watch.go     what PID 1 knows, and its loop: fetch a signal, reap, do what is next
//	receive.go   the signal is fetched; is it a stop, or only to be passed on?
//	stop.go      the stop begins: the main process is signalled, if nothing has to be looked at
//	             before
//	observe.go   in a drain with a minimum and a maximum: who observes whether it is quiet
//	clock.go     what is next: the end of the drain, the stopper's start, the deadline; pure
//	launch.go    the stopper is started with its task
//	             stopper: main.go reads the task, look.go the processes, ladder.go decides
//	             whom to signal, stop.go signals them and kills at the deadline, report.go
//	             reports
//	reap.go      who has ended is reaped, the stopper hears of it; the last one ends the program
//	tree.go      where the stopper fails: everybody is signalled, and killed at the deadline
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
