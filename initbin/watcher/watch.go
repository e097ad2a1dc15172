package watcher

import (
	"syscall"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/sys"
)

// watch is everything PID 1 knows. It lives on the stack of Run.
type watch struct {
	commandLine
	inheritance
	state
	self int

	main     int
	children uintptr // descriptor of the list of its children, 0 if there is none
	heir     int     // pid of the heir, see handover.Ending; 0 if there is none

	arrived  int   // the stop signal
	asked    int64 // when it arrived
	date     int64 // when the report was written last, see handover.Task
	reported int64 // how many that report says the kernel has killed
	handled  bool  // the main process does something of its own about being signalled
	forced   bool  // somebody was killed at the stop timeout

	kills   kills
	events  uintptr // descriptor of the pipe to the stopper, 0 if there is none
	detail  uintptr // descriptor of the pipe from who observes the drain, 0 if there is none
	relay   helper
	pending uint64 // signals that wait for the relay to be free
}

// commandLine is what we were started with. Durations are nanoseconds.
type commandLine struct {
	argv, envp     uintptr
	command        int // index in argv of the command
	drain, timeout int64
	maxDrain       int64 // 0 for a drain that has no maximum beside its minimum
	stopSignal     initbin.StopSignal
	target         initbin.Target
	report         uintptr // the path of the report, 0 if there is none to write
}

// inheritance is what the main process is to have as we were given it.
type inheritance struct {
	host        *Host
	mask        uint64 // signals that were blocked when we were started
	ignoredCHLD bool   // SIGCHLD was ignored when we were started
	terminal    int    // the descriptor of the terminal we were given, -1 for none
}

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
	w.kills.base = oomKills()
	w.findTerminal()
	w.startMain()
}

// turn waits for one signal, or until something is due, and acts on it.
func (w *watch) turn() {
	limit := w.wakeAt()
	if limit > 0 {
		limit = max(0, limit-sys.Now())
	}
	signal, from, value := w.fetch(^uint64(0), limit)
	switch {
	case signal == handover.MessageSignal && from == w.stopper.pid && from != 0:
		w.heard(value)
	case signal != 0 && initbin.Forwardable(initbin.Signal(signal)):
		w.received(signal)
	}
	w.reap()
	for a := w.next(sys.Now()); a != wait; a = w.next(sys.Now()) {
		w.carryOut(a)
	}
}

// carryOut does what is next. Each action changes the state, so that something else is next.
func (w *watch) carryOut(a action) {
	switch a {
	case wait:
	case exit:
		w.exit()
	case endLeftovers:
		w.endLeftovers()
	case look:
		w.tellKills()
	case beginStop:
		w.stop()
	case launchStopper:
		w.launchStopper()
	case fallBack:
		w.fallBack()
	case kill:
		if w.killed == 0 && w.stopper.pid == 0 {
			w.writeReport(handover.PhaseKill)
		}
		w.killed = sys.Now()
		w.killTree()
	}
}
