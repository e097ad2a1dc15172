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

// HeirCounts reports whether the main process has died of being told: it never was the
// application then, and its heir speaks for it.
func (e *Ending) HeirCounts() bool {
	died := e.Main & 0x7f
	return e.Asked && e.MainGone && (died == e.Told || died == int(initbin.SIGTERM))
}

// Code returns the container's exit code: the main process's or, where HeirCounts, its
// heir's; 128+n if signal n killed it.
func (e *Ending) Code() int {
	status := int(initbin.SIGKILL)
	if e.MainGone {
		status = e.Main
		if e.HeirGone && e.HeirCounts() {
			status = e.Heir
		}
	}
	code := status >> 8 & 0xff
	if signal := status & 0x7f; signal != 0 {
		code = 128 + signal
	}
	if e.Asked && e.OK.Has(code) {
		return 0
	}
	return code
}
