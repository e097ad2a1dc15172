package lastwords

import "golang.org/x/sys/unix"

// others are the calls that only this architecture has.
func others(number int) kind {
	switch number {
	case unix.SYS_POLL, unix.SYS_SELECT, unix.SYS_EPOLL_WAIT:
		return events
	case unix.SYS_PAUSE:
		return signals
	case unix.SYS_OPEN:
		return opening
	case unix.SYS_VFORK:
		return children
	}
	return unknown
}

// narrow are the calls of a program of 32 bits (i386), which has numbers of its own.
func narrow(c call) kind {
	const lock, lock64, lockOpened = 7, 14, 38 // F_SETLKW, F_SETLKW64, F_OFD_SETLKW
	switch c.number {
	case 240, 422: // futex
		return threads
	case 162, 267, 407: // nanosleep, clock_nanosleep
		return sleeping
	case 29, 72, 179, 177, 421: // pause, sigsuspend, sigtimedwait
		return signals
	case 82, 142, 168, 256, 308, 309, 319, 413, 414: // select, poll, epoll
		return events
	case 364: // accept4
		return accepting
	case 2, 7, 114, 120, 190, 284, 435: // waitpid, wait4, waitid, and what vfork(2) does
		return children
	case 5, 295: // open, openat
		return opening
	case 3, 145, 180, 333, 371, 372: // read, recvfrom, recvmsg
		return reading
	case 118, 148, 344: // fsync, fdatasync, syncfs
		return syncing
	case 4, 146, 181, 334, 369, 370: // write, sendto, sendmsg
		return writing
	case 362: // connect
		return connecting
	case 143: // flock
		return locking
	case 55, 221: // fcntl
		if c.args[1] == lock || c.args[1] == lock64 || c.args[1] == lockOpened {
			return locking
		}
	}
	return unknown
}
