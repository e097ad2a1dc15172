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

// fork returns the child's pid, 0 in the child, and a negative number when there can
// be no child.
func fork(flags uintptr) int {
	r := sys.Fork(flags)
	if sys.Errno(r) != 0 {
		return -1
	}
	return int(r)
}

// startMain starts the command. Before there is a main process a failure may end the
// container; afterwards nothing may.
func (w *watch) startMain() {
	// Until it is the command, the main process is a copy of ours with all signals blocked:
	// nobody may see that and take it for a program that handles them.
	w.main = fork(syscall.CLONE_VFORK)
	if w.main == 0 {
		w.becomeMain()
	}
	if w.main < 0 {
		var l handover.Line
		say(l.Text("cannot start a process: too many, or out of memory"))
		sys.Call(syscall.SYS_EXIT_GROUP, exitCannotRun, 0, 0, 0, 0)
	}
	// What we were given beyond the standard descriptors is the command's alone: an
	// open pipe end here would keep its reader waiting.
	if sys.Errno(sys.Call(sysCloseRange, 3, 1<<31, 0, 0, 0)) != 0 { // before Linux 5.9
		for fd := uintptr(3); fd < 1024; fd++ {
			sys.Close(fd)
		}
	}
	// Opened now, so that a stop need not wait for it.
	var path handover.Line
	path.Text("/proc/").Number(int64(w.main)).Text("/task/").Number(int64(w.main)).Text("/children")
	if fd := sys.Open(sys.Address(path.CString()), syscall.O_RDONLY); sys.Errno(fd) == 0 {
		w.children = fd
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

// exec replaces the process by the command at argv, found along PATH as execvp(3)
// finds it, and returns why it could not.
func (w *watch) exec(argv uintptr) syscall.Errno {
	name := sys.CString(sys.Load(argv))
	if len(name) == 0 {
		return syscall.ENOENT
	}
	if indexByte(name, '/') >= 0 {
		return sys.Errno(sys.Call(syscall.SYS_EXECVE, sys.Load(argv), argv, w.envp, 0, 0))
	}
	path, set := w.env("PATH=")
	if !set {
		path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	}
	result := syscall.ENOENT
	for {
		folder, colon := path, indexByte(path, ':')
		if colon >= 0 {
			folder, path = path[:colon], path[colon+1:]
		}
		var file [4096]byte
		if n := join(&file, folder, name); n > 0 {
			err := sys.Errno(sys.Call(syscall.SYS_EXECVE, sys.Address(file[:]), argv, w.envp, 0, 0))
			if err == syscall.EACCES || err != syscall.ENOENT && err != syscall.ENOTDIR && result == syscall.ENOENT {
				result = err
			}
			if err == syscall.ENOEXEC {
				return syscall.ENOEXEC
			}
		}
		if colon < 0 {
			return result
		}
	}
}

// join writes folder/name and a NUL byte to file, and returns 0 if it does not fit.
// An empty folder is the working directory.
func join(file *[4096]byte, folder, name string) int {
	if len(folder)+len(name)+2 > len(file) {
		return 0
	}
	n := 0
	for i := 0; i < len(folder); i++ {
		file[n&4095] = folder[i]
		n++
	}
	if n > 0 {
		file[n&4095] = '/'
		n++
	}
	for i := 0; i < len(name); i++ {
		file[n&4095] = name[i]
		n++
	}
	file[n&4095] = 0
	return n
}

// env returns the value of the first environment entry that starts with key.
func (w *watch) env(key string) (value string, ok bool) {
	for at := w.envp; sys.Load(at) != 0; at += unsafe.Sizeof(at) {
		if entry := sys.CString(sys.Load(at)); hasPrefix(entry, key) {
			return entry[len(key):], true
		}
	}
	return "", false
}

// correctListenPID makes LISTEN_PID, which names the process that systemd-style
// sockets were passed to, follow the command: it was us and is now self.
func (w *watch) correctListenPID(self int64) {
	var ours handover.Line
	entry := ours.Text("LISTEN_PID=").Number(int64(w.self)).CString()
	for at := w.envp; sys.Load(at) != 0; at += unsafe.Sizeof(at) {
		if value := sys.CString(sys.Load(at)); len(value) == len(entry)-1 && hasPrefix(value, bytesAsString(entry[:len(value)])) {
			listenPID = handover.Line{}
			sys.Store(at, sys.Address(listenPID.Text("LISTEN_PID=").Number(self).CString()))
		}
	}
}

// listenPID is the corrected entry. It must outlive the function, until execve.
var listenPID handover.Line

func bytesAsString(b []byte) string { return *(*string)(unsafe.Pointer(&b)) }

func hasPrefix(s, prefix string) bool {
	if len(s) < len(prefix) {
		return false
	}
	for i := 0; i < len(prefix); i++ {
		if s[i] != prefix[i] {
			return false
		}
	}
	return true
}

func indexByte(s string, c byte) int {
	for i := 0; i < len(s); i++ {
		if s[i] == c {
			return i
		}
	}
	return -1
}

// say writes one line to the container's standard error.
func say(l *handover.Line) {
	var out handover.Line
	out.Text(initbin.Name).Text(": ").Text(bytesAsString(l.Bytes())).Text("\n")
	sys.Write(2, out.Bytes())
}
