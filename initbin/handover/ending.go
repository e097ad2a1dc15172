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

// Code returns the container's exit code: the main process's, 128+n if signal n killed
// it. A main process that died of being told never was the application, so its heir
// speaks for it.
func (e *Ending) Code() int {
	status := int(initbin.SIGKILL)
	if e.MainGone {
		status = e.Main
		died := e.Main & 0x7f
		if e.Asked && e.HeirGone && (died == e.Told || died == int(initbin.SIGTERM)) {
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
