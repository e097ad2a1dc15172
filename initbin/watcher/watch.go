package watcher

import (
	"syscall"
	"unsafe"

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
	verbose        bool

	mask        uint64 // signals that were blocked when we were started
	reports     bool   // there is a report to write
	ignoredCHLD bool   // SIGCHLD was ignored when we were started
	self        int
	terminal    int // the descriptor of the terminal we were given, -1 for none

	main      int
	children  uintptr // descriptor of the list of its children, 0 if there is none
	childless bool    // wait4 says that nobody is left
	end       handover.Ending

	phase    phase
	arrived  int // the stop signal
	toldMain bool
	handled  bool  // the main process does something of its own about being told
	since    int64 // when the stop began
	due      int64 // end of the drain, or the time of SIGKILL
	launchAt int64 // when the stopper is to be started, 0 if it has been
	killed   int64 // when SIGKILL was last sent to what is left

	stopper  helper
	relay    helper
	pending  uint64 // signals that wait for the relay to be free
	events   uintptr
	tookOver bool // the stopper has looked at the processes
	fellBack bool // the whole tree has been told instead
	heir     int  // its pid, 0 if there is none
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

const (
	millisecond = int64(1e6)
	second      = int64(1e9)

	// leftoverTime is what processes get to end after the main process has ended by
	// itself; the stop timeout if that is shorter.
	leftoverTime = 5 * second
	// headStart is what a main process that was told gets to act, or to end, before
	// the stopper takes the processor.
	headStart = 2 * millisecond
	// lookTime is how long the stopper may take until it has looked around.
	lookTime = 2 * second
	// handTime is by how much the stopper may be late with SIGKILL before the watcher
	// sends it.
	handTime = 250 * millisecond
	// lastTime is when the watcher leaves, after the stop timeout, even if something
	// cannot be killed.
	lastTime = 750 * millisecond
)

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

// turn waits for one signal and acts on it.
func (w *watch) turn() {
	signal, from, value := w.next()
	switch {
	case signal == handover.MessageSignal && from == w.stopper.pid && from != 0:
		w.heard(value)
	case signal != 0 && initbin.Forwardable(initbin.Signal(signal)):
		w.received(signal)
	}
	w.reap()
	w.advance()
}

// next fetches one signal, with who sent it and the value queued with it. It returns
// signal 0 when something is due.
func (w *watch) next() (signal, from, value int) { return w.fetch(^uint64(0), w.untilDue()) }

// hear takes the stopper's messages before the end of a child is noted: who ended may
// be the heir that a message names, and SIGCHLD is fetched first when both are there.
func (w *watch) hear() {
	for w.stopper.pid != 0 && !w.tookOver {
		signal, from, value := w.fetch(1<<(handover.MessageSignal-1), 0)
		if signal == 0 {
			return
		}
		if from == w.stopper.pid {
			w.heard(value)
		}
	}
}

// fetch takes one blocked signal of a set with rt_sigtimedwait(2), within timeout
// nanoseconds, -1 for no limit.
func (w *watch) fetch(set uint64, timeout int64) (signal, from, value int) {
	var info struct {
		signal, errno, code, _ int32
		pid, uid               int32
		value                  int64
		_                      [96]byte
	}
	limit := syscall.Timespec{Sec: timeout / second, Nsec: timeout % second}
	at := uintptr(unsafe.Pointer(&limit))
	if timeout < 0 {
		at = 0
	}
	list, to := uintptr(unsafe.Pointer(&set)), uintptr(unsafe.Pointer(&info))
	var got uintptr
	if w.host != nil {
		got = w.host.Wait(syscall.SYS_RT_SIGTIMEDWAIT, list, to, at, 8, 0)
	} else {
		got = sys.Call(syscall.SYS_RT_SIGTIMEDWAIT, list, to, at, 8, 0)
	}
	if sys.Errno(got) != 0 {
		return 0, 0, 0
	}
	const queued = -1 // SI_QUEUE
	if info.code == queued {
		value = int(info.value)
	}
	return int(got), int(info.pid), value
}
