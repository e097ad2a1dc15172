package watcher

import (
	"syscall"
	"unsafe"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/sys"
)

// drained is the stopper's environment entry about the drain, empty if it has not ended.
var drained handover.Line

// drainDetail is what is known of the drain's end, as fields of JSON.
func drainDetail() string {
	entry := bytesAsString(drained.Bytes())
	if len(entry) < len(handover.DrainVariable) {
		return ""
	}
	return entry[len(handover.DrainVariable):]
}

// observe starts who waits until the drain may end. Without one it ends at the minimum.
func (w *watch) observe() {
	h := &w.observer
	if h.failed = lacksMemory(); h.failed {
		return
	}
	var ends [2]int32
	const flags = syscall.O_CLOEXEC | syscall.O_NONBLOCK
	if sys.Errno(sys.Call(syscall.SYS_PIPE2, uintptr(unsafe.Pointer(&ends)), flags, 0, 0, 0)) != 0 {
		h.failed = true
		return
	}
	pid := fork(0)
	if pid == 0 {
		// The reading end is the lower number of the two: neither takes the other's place.
		keepAs(uintptr(ends[0]), handover.EventsFD)
		keepAs(uintptr(ends[1]), handover.DetailFD)
		w.becomeStopper(handover.Observe, 0)
	}
	sys.Close(uintptr(ends[1]))
	w.detail = uintptr(ends[0])
	h.failed = pid < 0
	if h.pid = max(pid, 0); h.pid > 0 {
		w.childless = false
	}
}

// dismissObserver ends who observes the drain: it is over.
func (w *watch) dismissObserver() {
	if w.observer.pid != 0 {
		_ = sys.Kill(w.observer.pid, int(initbin.SIGKILL))
	}
}

// endDrain notes how a drain with a minimum and a maximum ended.
func (w *watch) endDrain() {
	if w.maxDrain == 0 || w.phase != stopping {
		return
	}
	ended := handover.EndedMinimum
	switch {
	case w.observer.pid != 0:
		ended = handover.EndedMaximum
	case w.observer.done:
		ended = handover.EndedQuiet
	}
	w.dismissObserver()
	drained.Text(handover.DrainVariable).Text(`"ended":"`).Text(string(ended)).Text(`"`)
	switch {
	case w.detail != 0:
		if n := sys.Read(w.detail, procText[:handover.MaxDetail]); sys.Errno(n) == 0 && n > 0 {
			drained.Text(",").Text(bytesAsString(procText[:n]))
		}
		sys.Close(w.detail)
		w.detail = 0
	case w.observer.failed:
		drained.Text(`,"why":"the memory limit leaves no room to observe the connections"`)
	}
}
