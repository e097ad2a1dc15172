package watcher

import (
	"syscall"
	"unsafe"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/sys"
)

// The stopper's whole environment: one thread of Go code is enough for it, and what the
// application sets for its own Go runtime is not meant for it.
var (
	oneProcessor = [...]byte{'G', 'O', 'M', 'A', 'X', 'P', 'R', 'O', 'C', 'S', '=', '1', 0}
	noCollection = [...]byte{'G', 'O', 'G', 'C', '=', 'o', 'f', 'f', 0}
)

// launch starts a stopper, or notes that there is none.
func (w *watch) launch(mode handover.Mode, signal int) {
	h := &w.stopper
	if mode == handover.Relay {
		if h = &w.relay; lacksMemory() {
			var l handover.Line
			say(l.Text("the memory limit leaves no room to look around: ").Signal(initbin.Signal(signal)).Text(" is not passed on"))
			return
		}
	}
	var ends [2]int32
	if mode != handover.Relay {
		const flags = syscall.O_CLOEXEC | syscall.O_NONBLOCK
		if sys.Errno(sys.Call(syscall.SYS_PIPE2, uintptr(unsafe.Pointer(&ends)), flags, 0, 0, 0)) != 0 {
			ends[0], ends[1] = -1, -1
		}
	}
	pid := fork(0)
	if pid == 0 {
		if mode != handover.Relay {
			keepAs(uintptr(ends[0]), handover.EventsFD)
		}
		w.becomeStopper(mode, signal)
	}
	h.failed = pid < 0
	if h.pid = max(pid, 0); h.pid > 0 {
		w.childless = false
	}
	if mode == handover.Relay {
		return
	}
	sys.Close(uintptr(ends[0]))
	if w.events = uintptr(ends[1]); h.failed || ends[1] < 0 {
		sys.Close(w.events)
		w.events = 0
	}
	if w.end.MainGone {
		w.tellEnd(w.main, int32(w.end.Main))
	}
}

// becomeStopper turns the child into the ordinary program with a task. It is in a
// process group of its own, keeps all signals blocked and is the first to go when
// memory runs out, so that nothing that is meant for the application meets it.
func (w *watch) becomeStopper(mode handover.Mode, signal int) {
	sys.Call(syscall.SYS_SETPGID, 0, 0, 0, 0, 0)
	w.offerToOOM()
	task := handover.Task{
		Mode: mode, Main: w.main, Signal: signal, Arrived: w.arrived,
		Told: w.mainSignalled, Handled: w.handled, Asked: w.asked, Date: w.date, OOMKilled: w.reported, Since: w.since, Deadline: w.due,
	}
	var l handover.Line
	name := sys.Load(w.argv)
	sys.Store(w.argv, sys.Address(l.Task(&task).CString()))
	env := [...]uintptr{uintptr(unsafe.Pointer(&oneProcessor)), uintptr(unsafe.Pointer(&noCollection)), 0, 0}
	if len(drainDetail()) > 0 {
		env[2] = sys.Address(drained.CString())
	}
	self := sys.Path("/proc/self/exe\x00")
	sys.Call(syscall.SYS_EXECVE, self, w.argv, uintptr(unsafe.Pointer(&env)), 0, 0)
	sys.Call(syscall.SYS_EXECVE, name, w.argv, uintptr(unsafe.Pointer(&env)), 0, 0)
	sys.Call(syscall.SYS_EXIT_GROUP, exitCannotRun, 0, 0, 0, 0)
}

// keepAs makes fd survive execve under the number want.
func keepAs(fd, want uintptr) {
	if fd == want {
		sys.Call(syscall.SYS_FCNTL, fd, syscall.F_SETFD, 0, 0, 0)
		return
	}
	sys.Call(syscall.SYS_DUP3, fd, want, 0, 0, 0)
}

func (w *watch) offerToOOM() {
	fd := sys.Open(sys.Path("/proc/self/oom_score_adj\x00"), syscall.O_WRONLY)
	if sys.Errno(fd) == 0 {
		most := [...]byte{'1', '0', '0', '0'}
		sys.Write(fd, most[:])
		sys.Close(fd)
	}
}
