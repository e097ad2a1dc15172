package stopper

import (
	"syscall"
	"time"
	"unsafe"

	"github.com/softstop/softstop/initbin/handover"

	"golang.org/x/sys/unix"
)

// message queues a message for the watcher; value is a heir's pid, or 0.
func message(watcher, self, value int) error {
	const queued = -1 // SI_QUEUE
	info := struct {
		signal, errno, code, _ int32
		pid, uid               int32
		value                  int64
		_                      [96]byte
	}{signal: handover.MessageSignal, code: queued, pid: int32(self), value: int64(value)}
	_, _, errno := syscall.RawSyscall(syscall.SYS_RT_SIGQUEUEINFO, uintptr(watcher), handover.MessageSignal, uintptr(unsafe.Pointer(&info)))
	if errno != 0 {
		return errno
	}
	return nil
}

// events waits for children of the init to end, at most timeout, and returns those that
// have. Without the pipe it just waits.
func events(timeout time.Duration) []handover.Event {
	fds := []unix.PollFd{{Fd: handover.EventsFD, Events: unix.POLLIN}}
	if _, err := unix.Poll(fds, int(timeout.Milliseconds())); err != nil || fds[0].Revents&unix.POLLIN == 0 {
		if fds[0].Revents != 0 {
			time.Sleep(timeout) // the pipe is of no use
		}
		return nil
	}
	var buffer [64 * handover.EventSize]byte
	n, err := unix.Read(handover.EventsFD, buffer[:])
	if err != nil {
		return nil
	}
	var list []handover.Event
	for at := 0; at+handover.EventSize <= n; at += handover.EventSize {
		list = append(list, *(*handover.Event)(unsafe.Pointer(&buffer[at])))
	}
	return list
}

// monotonic returns CLOCK_MONOTONIC in nanoseconds.
func monotonic() int64 {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &t) // cannot fail for this clock
	return t.Nano()
}
