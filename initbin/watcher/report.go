package watcher

import (
	"syscall"

	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/sys"
)

// writeReport writes what the watcher knows of the stop, as a phase begins: from then on somebody
// else's SIGKILL leaves a report. It replaces a report, the stopper's, too, which knows more but
// is gone when the watcher comes to write again; one that is done stands. Anything else in the file
// is the application's own message, and is left alone. package handover says what a report is.
func (w *watch) writeReport(phase handover.Phase) {
	if w.report == 0 || !w.end.Asked {
		return
	}
	file := sys.OpenOrCreate(w.report)
	if sys.Errno(file) != 0 {
		return
	}
	n := sys.Call(syscall.SYS_PREAD64, file, sys.Address(procText[:]), uintptr(len(procText)), 0, 0)
	if sys.Errno(n) == 0 && mayWrite(procText[:n], phase) {
		var l handover.Line
		r := w.describe(phase)
		w.date, w.reported = r.Date, r.OOMKilled
		line := l.Report(&r).Bytes()
		size := handover.Overlay(&procNames, line, int(n))
		sys.Call(syscall.SYS_PWRITE64, file, sys.Address(procNames[:]), uintptr(size), 0, 0)
		if size > len(line) {
			sys.Call(syscall.SYS_FTRUNCATE, file, uintptr(len(line)), 0, 0, 0)
		}
	}
	sys.Close(file)
}

// mayWrite reports whether a file that holds old may be written over.
func mayWrite(old []byte, phase handover.Phase) bool {
	complete := phase == handover.PhaseDone && handover.IsDone(old)
	return len(old) == 0 || handover.IsReport(old) && !complete
}

// describe says what there is to say as a phase begins.
func (w *watch) describe(phase handover.Phase) handover.Report {
	r := handover.Report{
		Phase: phase, Date: sys.Date(), Signal: w.arrived, Drain: -1, Stop: -1, Code: w.end.Code(), Forced: w.forced, OOMKilled: w.oomKilled(),
	}
	now := sys.Now()
	switch phase {
	case handover.PhaseDrain:
		now = w.asked
	case handover.PhaseStop:
		now = w.since
	case handover.PhaseKill, handover.PhaseDone:
	}
	r.Seconds = now - w.asked
	drained := r.Seconds
	if w.since != 0 {
		drained, r.Stop = w.since-w.asked, now-w.since
	}
	if w.drain > 0 || w.maxDrain > 0 {
		r.Drain, r.Ranges, r.Detail = drained, w.maxDrain > 0, drainDetail()
	}
	if w.mainSignalled {
		r.Main = w.main
	}
	return r
}
