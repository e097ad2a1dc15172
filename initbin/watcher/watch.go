package watcher

import (
	"syscall"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/sys"
)

// watch is everything PID 1 knows. It lives on the stack of Run.
type watch struct {
	argv, envp uintptr
	host       *Host

	// The command line, parsed. Durations are nanoseconds.
	command        int // index in argv of the command
	drain, timeout int64
	stopSignal     initbin.StopSignal
	target         initbin.Target

	mask        uint64  // signals that were blocked when we were started
	report      uintptr // the path of the report, 0 if there is none to write
	ignoredCHLD bool    // SIGCHLD was ignored when we were started
	self        int
	terminal    int // the descriptor of the terminal we were given, -1 for none

	main      int
	children  uintptr // descriptor of the list of its children, 0 if there is none
	childless bool    // wait4 says that nobody is left
	unreaped  bool    // there may be more to reap than was
	end       handover.Ending

	phase    phase
	arrived  int // the stop signal
	toldMain bool
	handled  bool  // the main process does something of its own about being told
	since    int64 // when the stop began
	due      int64 // end of the drain, or the time of SIGKILL
	launchAt int64 // when the stopper is to be started, 0 if it has been
	killed   int64 // when SIGKILL was last sent to what is left
	forced   bool  // somebody was killed at the stop timeout

	stopper  helper
	relay    helper
	pending  uint64  // signals that wait for the relay to be free
	events   uintptr // descriptor of the pipe to the stopper, 0 if there is none
	tookOver bool    // the stopper has looked at the processes
	fellBack bool    // the whole tree has been told instead
	heir     int     // pid of the heir, see handover.Ending; 0 if there is none
}

// phase is where the container is on its way. It only ever grows.
type phase int

const (
	running   phase = iota
	draining        // a stop signal is being held back
	stopping        // the ladder is being climbed
	leftovers       // the main process ended by itself; what it left is being ended
)

// helper is a stopper process.
type helper struct {
	pid    int // 0: not running
	failed bool
	done   bool // it ended and said that its task is complete
}

// begin becomes the parent of every orphan and starts the main process.
func (w *watch) begin() {
	w.self = int(sys.Call(syscall.SYS_GETPID, 0, 0, 0, 0, 0))
	if w.self != 1 {
		const setChildSubreaper = 36
		sys.Call(syscall.SYS_PRCTL, setChildSubreaper, 1, 0, 0, 0)
	}
	w.watchChildren()
	w.findTerminal()
	w.startMain()
}

// turn waits for one signal, or until something is due, and acts on it.
func (w *watch) turn() {
	signal, from, value := w.fetch(^uint64(0), w.untilDue())
	switch {
	case signal == handover.MessageSignal && from == w.stopper.pid && from != 0:
		w.heard(value)
	case signal != 0 && initbin.Forwardable(initbin.Signal(signal)):
		w.received(signal)
	}
	w.reap()
	w.advance()
}
