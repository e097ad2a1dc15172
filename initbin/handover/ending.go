package handover

import "github.com/softstop/softstop/initbin"

// Ending is what decides the container's exit code. Wait statuses are as wait4(2)
// returns them.
type Ending struct {
	// Asked says that a stop signal has arrived; Told is what was told for it.
	Asked bool
	Told  int
	// Main is the main process's wait status, if it has ended.
	Main     int
	MainGone bool
	// Heir is the wait status of the heir: the process that the main process, a shell
	// that only stood in front of it, was waiting for.
	Heir     int
	HeirGone bool
	// Quits says who was asked for its stacks and ends of it.
	Quits Quits
	// OK are the exit codes that mean success after a stop.
	OK initbin.ExitCodes
}

// Quits are those, of the two whose exit status counts, who were asked shortly before SIGKILL for
// their stacks with a signal that they end of. The exit status that the runtime makes of it is
// its own, and not the application's: such a process counts as killed.
type Quits struct{ Main, Heir bool }

// Message is q as the value of a message to the watcher: negative, which no pid is.
func (q Quits) Message() int {
	value := 0
	if q.Main {
		value--
	}
	if q.Heir {
		value -= 2
	}
	return value
}

// QuitsOf reads such a value. It is free of runtime calls.
func QuitsOf(value int) Quits { return Quits{Main: -value&1 != 0, Heir: -value&2 != 0} }

// quit is the wait status of a process that was asked for its stacks, given the one that it ended
// with: Go ends with 2, others of the signal.
func quit(status int) int {
	if status == 2<<8 || status&0x7f == int(initbin.SIGQUIT) || status&0x7f == int(initbin.SIGABRT) {
		return int(initbin.SIGKILL)
	}
	return status
}

// HeirCounts reports whether the main process's end says only that the stop signal killed
// somebody, the main process itself or the shell that su, timeout or tini started: it was a
// wrapper, and the exit status of the application that it was waiting for counts.
func (e *Ending) HeirCounts() bool {
	code := codeOf(e.Main, e.Quits.Main)
	return e.Asked && e.MainGone && (code == 128+e.Told || code == 128+int(initbin.SIGTERM))
}

// Code returns the container's exit code: the main process's or, where HeirCounts, its
// heir's; 128+n if signal n killed it.
func (e *Ending) Code() int {
	code := 128 + int(initbin.SIGKILL)
	if e.MainGone {
		code = codeOf(e.Main, e.Quits.Main)
		if e.HeirGone && e.HeirCounts() {
			code = codeOf(e.Heir, e.Quits.Heir)
		}
	}
	if e.Asked && e.OK.Has(code) {
		return 0
	}
	return code
}

// codeOf is the exit code that a container engine makes of a wait status; quits says that the
// process was asked for its stacks.
func codeOf(status int, quits bool) int {
	if quits {
		status = quit(status)
	}
	if signal := status & 0x7f; signal != 0 {
		return 128 + signal
	}
	return status >> 8 & 0xff
}
