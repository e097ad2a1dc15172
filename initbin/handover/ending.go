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
	// OK are the exit codes that mean success after a stop.
	OK initbin.ExitCodes
}

// HeirCounts reports whether the main process's end says only that the stop signal killed
// somebody, the main process itself or the shell that su, timeout or tini started: it was a
// wrapper, and the exit status of the application that it was waiting for counts.
func (e *Ending) HeirCounts() bool {
	code := codeOf(e.Main)
	return e.Asked && e.MainGone && (code == 128+e.Told || code == 128+int(initbin.SIGTERM))
}

// Code returns the container's exit code: the main process's or, where HeirCounts, its
// heir's; 128+n if signal n killed it.
func (e *Ending) Code() int {
	code := 128 + int(initbin.SIGKILL)
	if e.MainGone {
		code = codeOf(e.Main)
		if e.HeirGone && e.HeirCounts() {
			code = codeOf(e.Heir)
		}
	}
	if e.Asked && e.OK.Has(code) {
		return 0
	}
	return code
}

// codeOf is the exit code that a container engine makes of a wait status.
func codeOf(status int) int {
	if signal := status & 0x7f; signal != 0 {
		return 128 + signal
	}
	return status >> 8 & 0xff
}
