package watcher

import (
	"syscall"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/proc"
	"github.com/softstop/softstop/initbin/sys"
)

// received acts on a signal that may be passed on.
func (w *watch) received(signal int) {
	if !w.isStop(initbin.Signal(signal)) {
		w.pass(signal)
		return
	}
	if w.phase != running {
		return // a stop is told once, however often it is asked for
	}
	w.end.Asked, w.arrived, w.end.Told = true, signal, signal
	if w.stopSignal.Told != 0 {
		w.end.Told = int(w.stopSignal.Told)
	}
	if w.drain > 0 {
		w.phase, w.due = draining, sys.Now()+w.drain
		return
	}
	w.stop()
}

func (w *watch) isStop(signal initbin.Signal) bool {
	return signal == initbin.SIGTERM || signal == initbin.SIGINT ||
		signal == w.stopSignal.Arriving || signal == w.stopSignal.Told
}

// stop tells the main process at once where that needs no look around first, and
// leaves the rest of the ladder to the stopper.
func (w *watch) stop() {
	w.phase = stopping
	switch w.target {
	case initbin.TargetMain:
		w.toldMain = sys.Kill(w.main, w.end.Told) == 0
	case initbin.TargetGroup:
		w.toldMain = sys.Kill(-w.main, w.end.Told) == 0
	case initbin.TargetAll: // the stopper finds them
	case initbin.TargetAuto:
		// Where there are children, the stopper has to look before anybody dies or acts;
		// also where the main process may not know the signal, or is an interactive shell.
		if w.end.Told == int(initbin.SIGTERM) && w.terminal < 0 && w.alone() {
			w.toldMain = sys.Kill(w.main, w.end.Told) == 0
		}
	}
	w.since = sys.Now()
	w.due = w.since + w.timeout
	if w.launchAt = w.since; w.toldMain {
		w.launchAt += headStart
	}
}

// launchStopper starts the stopper with what the main process did when it was told.
func (w *watch) launchStopper() {
	w.launchAt = 0
	if w.end.MainGone {
		w.handled = w.end.Main&0x7f != w.end.Told
	} else {
		status, ok := w.statusOfMain()
		w.handled = ok && status.Handles(w.end.Told)
	}
	w.launch(handover.Stop, w.end.Told)
}

// alone reports whether the main process is known to have no children.
func (w *watch) alone() bool {
	var some [8]byte
	n := sys.Call(syscall.SYS_PREAD64, w.children, sys.Address(some[:]), uintptr(len(some)), 0, 0)
	return w.children != 0 && n == 0
}

// pass gives a signal that is not a stop to the main process if it handles it, else
// to a relay, which finds who does.
func (w *watch) pass(signal int) {
	if w.target == initbin.TargetAuto || w.target == initbin.TargetMain {
		status, ok := w.statusOfMain()
		if ok && status.Handles(signal) && !status.BlocksAll() {
			_ = sys.Kill(w.main, signal)
			return
		}
	}
	w.pending |= 1 << (uint(signal) & 63)
	w.relayNext()
}

func (w *watch) statusOfMain() (proc.Status, bool) {
	if !isOurProc(w.self) {
		return proc.Status{}, false
	}
	return readStatus(w.main)
}

// relayNext starts a relay for the lowest pending signal if none is at work.
func (w *watch) relayNext() {
	for signal := 1; signal <= 64 && w.relay.pid == 0 && w.pending != 0; signal++ {
		if bit := uint64(1) << (uint(signal) & 63); w.pending&bit != 0 {
			w.pending &^= bit
			w.launch(handover.Relay, signal)
		}
	}
}

// heard takes a message of the stopper.
func (w *watch) heard(value int) {
	w.tookOver = true
	if value != 0 {
		w.heir = value
	}
}

// advance does what is due and ends the program when nothing is left to do.
func (w *watch) advance() {
	if w.childless && w.launchAt != 0 && w.reports {
		w.launchStopper() // nobody is left to stop, but there is a report to write
	} else if w.childless || w.end.MainGone && w.stopper.done {
		w.exit()
	}
	if w.end.MainGone && w.phase < stopping {
		w.phase, w.end.Told = leftovers, int(initbin.SIGTERM)
		w.since = sys.Now()
		w.due = w.since + min(w.timeout, leftoverTime)
		w.launch(handover.Leftovers, w.end.Told)
	}
	if w.phase == running {
		return
	}
	now := sys.Now()
	if w.phase == draining {
		if now >= w.due {
			w.stop()
		}
		return
	}
	if w.launchAt != 0 && now >= w.launchAt {
		w.launchStopper()
	}
	if w.needsFallback(now) {
		w.fellBack = true
		w.tellTree()
	}
	if now >= w.killTime() && now >= w.killed+100*millisecond {
		w.killed = now
		w.killTree()
	}
	if now >= w.due+lastTime {
		w.exit()
	}
}

// needsFallback reports whether the stopper has failed, or is not getting anywhere.
func (w *watch) needsFallback(now int64) bool {
	return !w.fellBack && (w.stopper.failed || !w.tookOver && now >= w.since+lookTime)
}

// killTime is when the watcher itself sends SIGKILL: the stopper, who names what it
// kills, comes first if there is one.
func (w *watch) killTime() int64 {
	if w.stopper.failed {
		return w.due
	}
	return w.due + handTime
}

// untilDue returns the nanoseconds until advance has something to do, -1 for never.
func (w *watch) untilDue() int64 {
	if w.phase == running {
		return -1
	}
	due := w.due
	if w.phase != draining {
		due = max(w.killTime(), w.killed+100*millisecond)
		if !w.fellBack && !w.tookOver {
			due = min(due, w.since+lookTime)
		}
		due = min(due, w.due+lastTime)
		if w.launchAt != 0 {
			due = min(due, w.launchAt)
		}
	}
	return max(0, due-sys.Now())
}
