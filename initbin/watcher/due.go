package watcher

import (
	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/sys"
)

const (
	millisecond = int64(1e6)
	second      = int64(1e9)

	// leftoverTime is what processes get to end after the main process has ended by
	// itself; the stop timeout if that is shorter.
	leftoverTime = 5 * second
	// headStart is what a main process that was told gets to act, or to end, before
	// the stopper takes the processor.
	headStart = 2 * millisecond
	// handTime is by how much the stopper may be late with SIGKILL before the watcher
	// sends it.
	handTime = 250 * millisecond
	// lastTime is when the watcher leaves, after the stop timeout, even if something
	// cannot be killed.
	lastTime = 750 * millisecond
)

// advance does what is due and ends the program when nothing is left to do.
func (w *watch) advance() {
	if w.childless && w.launchAt != 0 && w.report != 0 {
		w.launchStopper() // nobody is left to stop, but there is a report to write
	} else if w.childless || w.end.MainGone && w.stopper.done {
		w.exit()
	}
	if w.end.MainGone && w.phase < stopping {
		w.endLeftovers()
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
		w.fallBack()
	}
	if now >= w.killTime() && now >= w.killed+100*millisecond {
		w.killed = now
		w.killTree()
	}
	if now >= w.due+lastTime {
		w.exit()
	}
}

// needsFallback reports whether the watcher is to signal the process tree itself: at once if
// the stopper failed, at the last call if it has not looked around by then. A stopper that is
// only late, as under a CPU limit, would signal everyone a second time, and many applications
// quit hard on that. A main process that was signalled is left to stop its own, as it would be
// without an init, until it has ended or the last call comes.
func (w *watch) needsFallback(now int64) bool {
	if w.fellBack || w.tookOver && !w.stopper.failed {
		return false
	}
	return now >= w.lastCall() || w.stopper.failed && (!w.toldMain || w.end.MainGone)
}

// lastCall is when everyone who has not been signalled yet is signalled.
func (w *watch) lastCall() int64 { return w.since + handover.LastCall(w.due-w.since) }

// fallBack signals the whole process tree, and ends a stopper that is late: it would signal
// everyone a second time.
func (w *watch) fallBack() {
	w.fellBack = true
	if w.stopper.pid != 0 {
		_ = sys.Kill(w.stopper.pid, int(initbin.SIGKILL))
	}
	w.tellTree()
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
	if w.unreaped {
		return 0
	}
	if w.phase == running {
		return -1
	}
	due := w.due
	if w.phase != draining {
		due = max(w.killTime(), w.killed+100*millisecond)
		if !w.fellBack && (!w.tookOver || w.stopper.failed) {
			due = min(due, w.lastCall())
		}
		due = min(due, w.due+lastTime)
		if w.launchAt != 0 {
			due = min(due, w.launchAt)
		}
	}
	return max(0, due-sys.Now())
}
