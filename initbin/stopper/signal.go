package stopper

import (
	"errors"
	"syscall"
	"time"

	"github.com/softstop/softstop/initbin"

	"golang.org/x/sys/unix"
)

// stopTime is what a process may take to stop; one that waits for a disk takes longer.
const stopTime = 20 * time.Millisecond

// send sends signal to p, and to no other process that may have its pid by now.
func send(p *process, signal int) error {
	fd, err := unix.PidfdOpen(p.PID, 0)
	if err != nil {
		if errors.Is(err, unix.ESRCH) {
			return err
		}
		// An old kernel or a strict seccomp profile: the pid is all we have.
		return syscall.Kill(p.PID, syscall.Signal(signal))
	}
	defer func() { _ = unix.Close(fd) }()
	if now := readProcess(itoa(p.PID)); now == nil || now.Start != p.Start {
		return unix.ESRCH
	}
	return unix.PidfdSendSignal(fd, unix.Signal(signal), nil, 0)
}

// awaitEnd waits until p has ended, at most limit.
func awaitEnd(p *process, limit time.Duration) {
	fd, err := unix.PidfdOpen(p.PID, 0)
	if err != nil {
		return // gone already, or the kernel cannot say: then it takes its chance
	}
	defer func() { _ = unix.Close(fd) }()
	_, _ = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(limit.Milliseconds())) // over is over
}

// awaitStop waits until p, which was sent SIGSTOP, has stopped, or is not going to.
func awaitStop(p *process) {
	for end := time.Now().Add(stopTime); time.Now().Before(end); time.Sleep(200 * time.Microsecond) {
		if now := readProcess(itoa(p.PID)); now == nil || now.State == 'T' || now.State == 'Z' {
			return
		}
	}
}

// wake continues p if it is stopped: it could not act on a signal otherwise.
func wake(p *process) {
	if p.State == 'T' {
		_ = send(p, int(initbin.SIGCONT)) // gone is as good as awake
	}
}
