package watcher

import (
	"syscall"
	"unsafe"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/sys"
)

// mostReaped bounds one turn's reaping: processes that fork without end would have it last until
// the deadline is over.
const mostReaped = 1024

// reap fetches the children that have ended. It leaves w.childless true when there is
// none left: processes of kubectl exec have no parent here and are no children.
func (w *watch) reap() {
	w.unreaped = false
	for range mostReaped {
		var status int32
		r := sys.Call(syscall.SYS_WAIT4, ^uintptr(0), uintptr(unsafe.Pointer(&status)), syscall.WNOHANG|syscall.WUNTRACED, 0, 0)
		switch sys.Errno(r) {
		case 0:
		case syscall.EINTR:
			continue
		default:
			w.childless = true
			return
		}
		if r == 0 {
			return
		}
		pid := int(r)
		if isStopped(status) {
			w.stopped(pid, status)
			continue
		}
		w.reaped(pid, status)
	}
	w.unreaped = true
}

// reaped notes the end of one child.
func (w *watch) reaped(pid int, status int32) {
	if !w.tookOver || pid == w.main || pid == w.heir {
		w.hear()
	}
	switch pid {
	case w.stopper.pid:
		w.stopper.ended(status)
		sys.Close(w.events)
		w.events = 0
		return
	case w.observer.pid:
		w.observer.ended(status)
		return
	case w.relay.pid:
		w.relay.ended(status)
		w.relayNext()
		return
	case w.main:
		w.end.MainGone, w.end.Main = true, int(status)
		w.dismissObserver()
	}
	ours := w.phase >= stopping && sys.Now() >= w.due
	w.forced = w.forced || ours && isKilled(status)
	w.noteEnd(pid, isKilled(status) && !ours)
	if pid == w.heir {
		w.end.HeirGone, w.end.Heir = true, int(status)
	}
	w.tellEnd(pid, status)
}

// tellEnd tells the stopper, if there is one, that a child has ended.
func (w *watch) tellEnd(pid int, status int32) {
	if w.events != 0 {
		event := handover.Event{PID: int32(pid), Status: status}
		sys.Call(syscall.SYS_WRITE, w.events, uintptr(unsafe.Pointer(&event)), handover.EventSize, 0, 0)
	}
}

func (h *helper) ended(status int32) {
	h.pid = 0
	h.done = status == handover.ExitDone<<8
	h.failed = !h.done
}

// isStopped reports whether a wait status says stopped, not ended.
func isStopped(status int32) bool { return status&0xff == 0x7f }

// stopped continues a main process that Ctrl-Z has stopped: as PID 1 it would not
// have been, and there is no shell above it to continue it. A SIGSTOP stands.
func (w *watch) stopped(pid int, status int32) {
	if pid == w.main && status>>8&0xff == int32(initbin.SIGTSTP) {
		_ = sys.Kill(-w.main, int(initbin.SIGCONT))
	}
}

// exit ends the program, and with it the container.
func (w *watch) exit() {
	if w.lookAt != 0 {
		w.tellKills()
	}
	if w.stopper.pid != 0 {
		_ = sys.Kill(w.stopper.pid, int(initbin.SIGKILL)) // it would write its report once more
	}
	w.writeReport(handover.PhaseDone)
	sys.Call(syscall.SYS_EXIT_GROUP, uintptr(w.end.Code()), 0, 0, 0, 0)
}
