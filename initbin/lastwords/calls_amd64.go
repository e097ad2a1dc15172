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
	}
	return unknown
}
