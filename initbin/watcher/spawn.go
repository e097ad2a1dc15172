package watcher

import (
	"syscall"
	"unsafe"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/sys"
)

const (
	exitCannotRun = 126
	exitNotFound  = 127

	sysCloseRange = 436 // on every architecture; package syscall does not have it
)

// sigaction is the kernel's own struct; its order of fields is the same on amd64 and
// arm64.
type sigaction struct {
	handler, flags, restorer, mask uint64
}

// watchChildren makes sure that children become zombies and are ours to reap, also
// when our parent ignored SIGCHLD.
func (w *watch) watchChildren() {
	const ignored = 1 // SIG_IGN
	var old, none sigaction
	sys.Call(syscall.SYS_RT_SIGACTION, uintptr(initbin.SIGCHLD), 0, uintptr(unsafe.Pointer(&old)), 8, 0)
	if w.ignoredCHLD = old.handler == ignored; w.ignoredCHLD {
		sys.Call(syscall.SYS_RT_SIGACTION, uintptr(initbin.SIGCHLD), uintptr(unsafe.Pointer(&none)), 0, 8, 0)
	}
}

// fork returns the child's pid, 0 in the child, and a negated errno when there can be no
// child.
func fork(flags uintptr) int {
	r := sys.Fork(flags)
	if err := sys.Errno(r); err != 0 {
		return -int(err)
	}
	return int(r)
}

// startMain starts the command. Where no process may be started, as a seccomp profile or
// a limit can have it, the command takes our place: it runs as it would without us.
func (w *watch) startMain() {
	// Until it is the command, the main process is a copy of ours with all signals blocked:
	// nobody may see that and take it for a program that handles them.
	w.main = fork(syscall.CLONE_VFORK)
	if w.main == 0 {
		w.becomeMain()
	}
	if w.main < 0 {
		var l handover.Line
		l.Text("cannot start a process: ")
		switch err := -w.main; syscall.Errno(err) {
		case syscall.EPERM, syscall.EACCES:
			l.Text("operation not permitted, as a seccomp profile can have it")
		case syscall.EAGAIN:
			l.Text("too many processes for this user or container")
		case syscall.ENOMEM:
			l.Text("out of memory")
		default:
			l.Text("error ").Number(int64(err))
		}
		say(l.Text("; the command runs without an init"))
		w.becomeMain()
	}
	w.closeInherited()
	// Opened now, so that a stop need not wait for it.
	var path handover.Line
	path.Text("/proc/").Number(int64(w.main)).Text("/task/").Number(int64(w.main)).Text("/children")
	if fd := sys.Open(sys.Address(path.CString()), syscall.O_RDONLY); sys.Errno(fd) == 0 {
		w.children = fd
	}
}

// closeInherited closes what we were given beyond the standard descriptors. It is the command's
// alone: an open pipe end here would keep its reader waiting. What a Go runtime has opened for
// itself, and would crash without, is closed on exec; what was inherited cannot be.
func (w *watch) closeInherited() {
	if w.host == nil && sys.Errno(sys.Call(sysCloseRange, 3, 1<<31, 0, 0, 0)) == 0 {
		return
	}
	for fd := uintptr(3); fd < 4096; fd++ { // with a Go runtime, or before Linux 5.9
		if sys.Call(syscall.SYS_FCNTL, fd, syscall.F_GETFD, 0, 0, 0) == 0 {
			sys.Close(fd)
		}
	}
}

// becomeMain turns the child into the command, as if it had been started without us.
// It runs in a process group of its own, so that it can have the terminal.
func (w *watch) becomeMain() {
	self := sys.Call(syscall.SYS_GETPID, 0, 0, 0, 0, 0)
	sys.Call(syscall.SYS_SETPGID, 0, 0, 0, 0, 0)
	w.giveTerminal(int32(self))
	w.correctListenPID(int64(self))
	if w.ignoredCHLD {
		ignore := sigaction{handler: 1}
		sys.Call(syscall.SYS_RT_SIGACTION, uintptr(initbin.SIGCHLD), uintptr(unsafe.Pointer(&ignore)), 0, 8, 0)
	}
	sys.Call(syscall.SYS_RT_SIGPROCMASK, sigSetmask, uintptr(unsafe.Pointer(&w.mask)), 0, 8, 0)
	err := w.exec(w.argv + uintptr(w.command)*unsafe.Sizeof(w.argv))

	name := sys.CString(sys.Load(w.argv + uintptr(w.command)*unsafe.Sizeof(w.argv)))
	var l handover.Line
	l.Text("cannot run ").Text(name).Text(": ")
	code := exitCannotRun
	switch err {
	case syscall.ENOENT, syscall.ENOTDIR:
		code = exitNotFound
		l.Text("not found (or its interpreter is missing)")
	case syscall.EACCES, syscall.EPERM:
		l.Text("permission denied (not executable, or on a volume mounted noexec)")
	case syscall.ENOEXEC:
		l.Text("exec format error (no #! line, or built for another architecture)")
	default:
		l.Text("error ").Number(int64(err))
	}
	say(&l)
	sys.Call(syscall.SYS_EXIT_GROUP, uintptr(code), 0, 0, 0, 0)
}

// findTerminal notes the standard descriptor whose terminal we have the foreground of.
func (w *watch) findTerminal() {
	const getForeground = 0x540f // TIOCGPGRP
	w.terminal = -1
	for fd := 0; fd <= 2; fd++ {
		var foreground int32
		if sys.Errno(sys.Call(syscall.SYS_IOCTL, uintptr(fd), getForeground, uintptr(unsafe.Pointer(&foreground)), 0, 0)) == 0 &&
			uintptr(foreground) == sys.Call(syscall.SYS_GETPGID, 0, 0, 0, 0, 0) {
			w.terminal = fd
			return
		}
	}
}

// giveTerminal makes group the terminal's foreground group. All signals are blocked, so
// the change cannot stop us with SIGTTOU.
func (w *watch) giveTerminal(group int32) {
	const setForeground = 0x5410 // TIOCSPGRP
	if w.terminal >= 0 {
		sys.Call(syscall.SYS_IOCTL, uintptr(w.terminal), setForeground, uintptr(unsafe.Pointer(&group)), 0, 0)
	}
}
