package watcher

import (
	"syscall"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/sys"
)

// writeReport writes what the watcher knows of the stop where the stopper has not come to it. Without any
// report a stop in which somebody was killed would pass for a clean one. A file that has something in it,
// the application's own message or the stopper's report, is left alone.
func (w *watch) writeReport() {
	if w.report == 0 || !w.end.Asked || w.stopper.done {
		return
	}
	if w.stopper.pid != 0 {
		_ = sys.Kill(w.stopper.pid, int(initbin.SIGKILL)) // two would be none
	}
	file := sys.Append(w.report)
	if sys.Errno(file) != 0 {
		return
	}
	const seekEnd = 2
	if sys.Call(syscall.SYS_LSEEK, file, 0, seekEnd, 0, 0) == 0 {
		var l handover.Line
		l.Text(`{"signal":"`).Signal(initbin.Signal(w.arrived)).Text(`","seconds":`)
		took := max(0, sys.Now()-w.since) / millisecond
		l.Number(took / 1000).Text(".").Number(took / 100 % 10).Number(took / 10 % 10).Number(took % 10)
		l.Text(`,"exitCode":`).Number(int64(w.end.Code())).Text(`,"told":[]`)
		if w.forced {
			l.Text(`,"forced":true`)
		}
		sys.Write(file, l.Text("}\n").Bytes())
	}
	sys.Close(file)
}
