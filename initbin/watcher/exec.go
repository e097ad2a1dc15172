package watcher

import (
	"syscall"
	"unsafe"

	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/sys"
)

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
