package watcher

import (
	"syscall"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/proc"
	"github.com/softstop/softstop/initbin/sys"
)

// stop tells the main process at once where that needs no look around first, and
// leaves the rest of the ladder to the stopper.
func (w *watch) stop() {
	w.phase = stopping
	w.endDrain()
	w.since = sys.Now()
	w.due = w.since + w.timeout
	w.writeReport(handover.PhaseStop)
	switch w.target {
	case initbin.TargetMain:
		w.mainSignalled = sys.Kill(w.main, w.end.Told) == 0
	case initbin.TargetGroup:
		w.mainSignalled = sys.Kill(-w.main, w.end.Told) == 0
	case initbin.TargetAll: // the stopper finds them
	case initbin.TargetAuto:
		// Where there are children, the stopper has to look before anybody dies or acts;
		// also where the main process may not know the signal, or is an interactive shell.
		if w.end.Told == int(initbin.SIGTERM) && w.terminal < 0 && w.alone() {
			w.mainSignalled = sys.Kill(w.main, w.end.Told) == 0
		}
	}
	w.launchAt = w.since
	if w.mainSignalled {
		w.launchAt = sys.Now() + headStart
	}
}

// endLeftovers begins the end of what the main process left behind when it ended by
// itself.
func (w *watch) endLeftovers() {
	w.phase, w.end.Told = leftovers, int(initbin.SIGTERM)
	w.since = sys.Now()
	w.due = w.since + min(w.timeout, leftoverTime)
	if w.stopper.failed = lacksMemory(); !w.stopper.failed {
		w.launch(handover.Leftovers, w.end.Told)
	}
}

// launchStopper starts the stopper with what the main process did when it was told.
func (w *watch) launchStopper() {
	w.launchAt = 0
	if w.stopper.failed = lacksMemory(); w.stopper.failed {
		w.stopWithoutRoom()
		return
	}
	if w.end.MainGone {
		w.handled = w.end.Main&0x7f != w.end.Told
	} else {
		status, ok := w.statusOfMain()
		w.handled = ok && status.Handles(w.end.Told)
	}
	w.launch(handover.Stop, w.end.Told)
}

// stopWithoutRoom begins the ladder where a stopper could cost the application its end: who handles
// the signal gets it first, and stops its own.
func (w *watch) stopWithoutRoom() {
	var l handover.Line
	say(l.Text("the memory limit leaves no room to look around: whom to signal is not chosen with care"))
	if status, ok := w.statusOfMain(); ok && !w.mainSignalled && status.Catches(w.end.Told) && w.target == initbin.TargetAuto {
		w.mainSignalled = sys.Kill(w.main, w.end.Told) == 0
	}
}

// fallBack signals the whole process tree, and ends a stopper that is late: it would signal
// everyone a second time.
func (w *watch) fallBack() {
	w.fellBack = true
	if w.stopper.pid != 0 {
		_ = sys.Kill(w.stopper.pid, int(initbin.SIGKILL))
	}
	w.signalTree()
}

// alone reports whether the main process is known to have no children: none of any of its threads,
// as those of a JVM's programs are.
func (w *watch) alone() bool {
	var some [8]byte
	n := sys.Call(syscall.SYS_PREAD64, w.children, sys.Address(some[:]), uintptr(len(some)), 0, 0)
	if w.children == 0 || n != 0 {
		return false
	}
	var path handover.Line
	threads := openNumbers(sys.Address(path.Text("/proc/").Number(int64(w.main)).Text("/task").CString()))
	seen := false
	for thread := threads.next(); thread != 0; thread = threads.next() {
		seen = true
		var path handover.Line
		path.Text("/proc/").Number(int64(w.main)).Text("/task/").Number(int64(thread)).Text("/children")
		if sys.ReadFile(sys.Address(path.CString()), some[:]) != 0 {
			threads.close()
			return false
		}
	}
	return seen
}

func (w *watch) statusOfMain() (proc.Status, bool) {
	if !isOurProc(w.self) {
		return proc.Status{}, false
	}
	return readStatus(w.main)
}
