package watcher

import (
	"syscall"
	"unsafe"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/sys"
)

// fetch takes one blocked signal of a set with rt_sigtimedwait(2), within timeout
// nanoseconds, -1 for no limit: which, who sent it and the value queued with it. Signal
// 0 means that none came.
func (w *watch) fetch(set uint64, timeout int64) (signal, from, value int) {
	var info struct {
		signal, errno, code, _ int32
		pid, uid               int32
		value                  int64
		_                      [96]byte
	}
	limit := syscall.Timespec{Sec: timeout / second, Nsec: timeout % second}
	at := uintptr(unsafe.Pointer(&limit))
	if timeout < 0 {
		at = 0
	}
	list, to := uintptr(unsafe.Pointer(&set)), uintptr(unsafe.Pointer(&info))
	var got uintptr
	if w.host != nil {
		got = w.host.Wait(syscall.SYS_RT_SIGTIMEDWAIT, list, to, at, 8, 0)
	} else {
		got = sys.Call(syscall.SYS_RT_SIGTIMEDWAIT, list, to, at, 8, 0)
	}
	if sys.Errno(got) != 0 {
		return 0, 0, 0
	}
	const queued = -1 // SI_QUEUE
	if info.code == queued {
		value = int(info.value)
	}
	return int(got), int(info.pid), value
}

// hear takes the stopper's messages before the end of a child is noted: who ended may
// be the heir that a message names, and SIGCHLD is fetched first when both are there.
func (w *watch) hear() {
	for w.stopper.pid != 0 {
		signal, from, value := w.fetch(1<<(handover.MessageSignal-1), 0)
		if signal == 0 {
			return
		}
		if from == w.stopper.pid {
			w.heard(value)
		}
	}
}

// heard takes a message of the stopper.
func (w *watch) heard(value int) {
	w.tookOver = true
	switch {
	case value < 0:
		w.end.Quits = handover.QuitsOf(value)
	case value > 0:
		w.heir = value
	}
}

// received acts on a signal that may be passed on.
func (w *watch) received(signal int) {
	if !w.isStop(initbin.Signal(signal)) {
		w.pass(signal)
		return
	}
	if w.phase != running {
		return // a stop is told once, however often it is asked for
	}
	w.end.Asked, w.arrived, w.end.Told = true, signal, signal
	w.asked = sys.Now()
	if w.stopSignal.Told != 0 {
		w.end.Told = int(w.stopSignal.Told)
	}
	if w.drain > 0 || w.maxDrain > 0 {
		w.phase, w.least = draining, w.asked+w.drain
		w.due = max(w.least, w.asked+w.maxDrain)
		w.writeReport(handover.PhaseDrain)
		if w.maxDrain > 0 {
			w.observe()
		}
		return
	}
	w.stop()
}

func (w *watch) isStop(signal initbin.Signal) bool {
	return signal == initbin.SIGTERM || signal == initbin.SIGINT ||
		signal == w.stopSignal.Arriving || signal == w.stopSignal.Told
}

// pass gives a signal that is not a stop to the main process if it catches it, else to a
// relay, which finds who handles it: what is only blocked may never be fetched.
func (w *watch) pass(signal int) {
	if w.target == initbin.TargetAuto || w.target == initbin.TargetMain {
		status, ok := w.statusOfMain()
		if ok && status.Catches(signal) && !status.Blocks(signal) {
			_ = sys.Kill(w.main, signal)
			return
		}
	}
	w.pending |= 1 << (uint(signal) & 63)
	w.relayNext()
}

// relayNext starts a relay for the lowest pending signal if none is at work.
func (w *watch) relayNext() {
	for signal := 1; signal <= 64 && w.relay.pid == 0 && w.pending != 0; signal++ {
		if bit := uint64(1) << (uint(signal) & 63); w.pending&bit != 0 {
			w.pending &^= bit
			w.launch(handover.Relay, signal)
		}
	}
}
