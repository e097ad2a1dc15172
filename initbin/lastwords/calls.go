package lastwords

import (
	"strings"

	"golang.org/x/sys/unix"
)

// kind is what a system call is about. The order is that of how much it tells: of a process with
// many threads, the one with the highest kind speaks for it.
type kind int

const (
	unknown kind = iota
	threads      // a lock in memory: another thread of the same program
	sleeping
	signals
	events
	messages
	semaphores
	running
	accepting
	children
	opening
	reading
	syncing
	writing
	connecting
	locking
)

// common are the calls that every architecture has.
func common(number int) kind {
	switch number {
	case unix.SYS_FUTEX, unix.SYS_FUTEX_WAITV:
		return threads
	case unix.SYS_NANOSLEEP, unix.SYS_CLOCK_NANOSLEEP:
		return sleeping
	case unix.SYS_RT_SIGSUSPEND, unix.SYS_RT_SIGTIMEDWAIT:
		return signals
	case unix.SYS_PPOLL, unix.SYS_PSELECT6, unix.SYS_EPOLL_PWAIT, unix.SYS_EPOLL_PWAIT2, unix.SYS_IO_URING_ENTER, unix.SYS_IO_GETEVENTS, unix.SYS_IO_PGETEVENTS:
		return events
	case unix.SYS_MSGRCV, unix.SYS_MSGSND:
		return messages
	case unix.SYS_SEMOP, unix.SYS_SEMTIMEDOP:
		return semaphores
	case unix.SYS_ACCEPT, unix.SYS_ACCEPT4:
		return accepting
	case unix.SYS_WAIT4, unix.SYS_WAITID, unix.SYS_CLONE, unix.SYS_CLONE3: // the latter as vfork(2) does it
		return children
	case unix.SYS_OPENAT, unix.SYS_OPENAT2:
		return opening
	case unix.SYS_READ, unix.SYS_READV, unix.SYS_PREAD64, unix.SYS_PREADV, unix.SYS_RECVFROM, unix.SYS_RECVMSG, unix.SYS_RECVMMSG, unix.SYS_MQ_TIMEDRECEIVE:
		return reading
	case unix.SYS_FSYNC, unix.SYS_FDATASYNC, unix.SYS_SYNCFS:
		return syncing
	case unix.SYS_WRITE, unix.SYS_WRITEV, unix.SYS_PWRITE64, unix.SYS_PWRITEV, unix.SYS_SENDTO, unix.SYS_SENDMSG, unix.SYS_SENDMMSG, unix.SYS_SENDFILE, unix.SYS_MQ_TIMEDSEND:
		return writing
	case unix.SYS_CONNECT:
		return connecting
	case unix.SYS_FLOCK:
		return locking
	}
	return unknown
}

// kindOf says what a call is about.
func kindOf(c call) kind {
	if c.narrow {
		return narrow(c)
	}
	if c.number == unix.SYS_FCNTL {
		if c.args[1] == unix.F_SETLKW || c.args[1] == unix.F_OFD_SETLKW {
			return locking
		}
		return unknown
	}
	if k := common(c.number); k != unknown {
		return k
	}
	return others(c.number)
}

// goesOn reports whether c waits until a time, and goes on after its process was stopped: the kernel
// does not say which call it was.
func (c call) goesOn() bool {
	return c.number == unix.SYS_RESTART_SYSCALL && !c.narrow || c.number == 0 && c.narrow
}

// kindOfPlace guesses from the name of the kernel's function that a thread sleeps in, where its
// call is hidden. It knows no descriptor then.
func kindOfPlace(wchan string) kind {
	for _, known := range [...]struct {
		part string
		kind kind
	}{
		{"futex", threads}, {"nanosleep", sleeping}, {"sigsuspend", signals}, {"sigtimedwait", signals},
		{"semtimedop", semaphores}, {"msgrcv", messages}, {"msgsnd", messages},
		{"ep_poll", events}, {"epoll", events}, {"poll_schedule", events}, {"do_select", events},
		{"accept", accepting}, {"do_wait", children}, {"pipe_read", reading}, {"pipe_write", writing},
		{"wait_for_partner", opening}, {"fcntl_setlk", locking}, {"flock", locking}, {"locks_lock", locking},
	} {
		if strings.Contains(wchan, known.part) {
			return known.kind
		}
	}
	return unknown
}
