package sys

import (
	"syscall"
	"unsafe"
)

// Call makes system call number and returns what the kernel returned: a result, or
// a negated errno.
//
//go:noescape
func Call(number, a, b, c, d, e uintptr) uintptr

// Fork makes a child process with a copy of the memory, and of this thread only; flags
// are further ones of clone(2). It returns the child's pid, 0 in the child, or a negated errno. A
// child that is a copy of a Go program must not return to the scheduler: it may make system calls
// and little else.
//
//go:noescape
func Fork(flags uintptr) uintptr

// Errno returns the error in a result of Call, or 0.
func Errno(r uintptr) syscall.Errno {
	if r > ^uintptr(4095) {
		return syscall.Errno(-r)
	}
	return 0
}

// Load returns the word at address p.
func Load(p uintptr) uintptr { return *(*uintptr)(at(p)) }

// Store writes the word v to address p.
func Store(p, v uintptr) { *(*uintptr)(at(p)) = v }

// at is the pointer with address p. The addresses that pass through it are the
// kernel's (argv, envp) or of static tables: the garbage collector owns none of them.
func at(p uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

// CString returns the NUL-terminated bytes at p as a string that shares them.
func CString(p uintptr) string {
	n := 0
	for *(*byte)(at(p + uintptr(n))) != 0 {
		n++
	}
	header := struct {
		data uintptr
		len  int
	}{p, n}
	return *(*string)(unsafe.Pointer(&header))
}

// Address returns where the bytes of b start.
func Address(b []byte) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(b))) }

// Path returns the address of the first byte of s, which must end in a NUL byte.
func Path(s string) uintptr { return uintptr(unsafe.Pointer(unsafe.StringData(s))) }

const atFDCWD = ^uintptr(99) // -100

// Open opens the NUL-terminated path at p, close-on-exec.
func Open(p uintptr, flags int) uintptr {
	return Call(syscall.SYS_OPENAT, atFDCWD, p, uintptr(flags|syscall.O_CLOEXEC), 0, 0)
}

// OpenOrCreate opens the NUL-terminated path at p for reading and writing, close-on-exec, and makes
// the file if there is none. It waits for nobody, whatever the path leads to.
func OpenOrCreate(p uintptr) uintptr {
	const flags = syscall.O_RDWR | syscall.O_CREAT | syscall.O_CLOEXEC | syscall.O_NONBLOCK | syscall.O_NOCTTY
	return Call(syscall.SYS_OPENAT, atFDCWD, p, flags, 0o644, 0)
}

// Read reads into b from fd.
func Read(fd uintptr, b []byte) uintptr {
	return Call(syscall.SYS_READ, fd, Address(b), uintptr(len(b)), 0, 0)
}

// Write writes b to fd.
func Write(fd uintptr, b []byte) uintptr {
	return Call(syscall.SYS_WRITE, fd, Address(b), uintptr(len(b)), 0, 0)
}

// Close closes fd.
func Close(fd uintptr) { Call(syscall.SYS_CLOSE, fd, 0, 0, 0, 0) }

// ReadFile reads the start of the file at the NUL-terminated path p into b and
// returns how many bytes it got, -1 if none could be read.
func ReadFile(p uintptr, b []byte) int {
	fd := Open(p, syscall.O_RDONLY)
	if Errno(fd) != 0 {
		return -1
	}
	n := Read(fd, b)
	Close(fd)
	if Errno(n) != 0 {
		return -1
	}
	return int(n)
}

// Readlink writes the target of the symbolic link at the NUL-terminated path p into
// b and returns its length, -1 if it cannot be read.
func Readlink(p uintptr, b []byte) int {
	n := Call(syscall.SYS_READLINKAT, atFDCWD, p, Address(b), uintptr(len(b)), 0)
	if Errno(n) != 0 {
		return -1
	}
	return int(n)
}

// Kill sends signal to pid, or to a process group as kill(2) does.
func Kill(pid, signal int) syscall.Errno {
	return Errno(Call(syscall.SYS_KILL, uintptr(pid), uintptr(signal), 0, 0, 0))
}

// Now returns CLOCK_MONOTONIC in nanoseconds.
func Now() int64 { return clock(1) }

// Date returns CLOCK_REALTIME in nanoseconds since 1970.
func Date() int64 { return clock(0) }

func clock(which uintptr) int64 {
	var t syscall.Timespec
	Call(syscall.SYS_CLOCK_GETTIME, which, uintptr(unsafe.Pointer(&t)), 0, 0, 0)
	return t.Sec*1e9 + t.Nsec
}
