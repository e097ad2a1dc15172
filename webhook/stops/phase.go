package stops

import "time"

// Phase is how one phase of a stop ended, and how long it took. It is empty if there was none, or if
// the container ended in it: how long it would have taken then nobody knows.
type Phase struct {
	// Ended is one of the words below.
	Ended string
	Took  time.Duration
}

// The phases that a report can end in. What it calls otherwise is none.
const (
	phaseDrain = "drain"
	phaseStop  = "stop"
	phaseKill  = "kill"
	phaseDone  = "done"
)

// The ways for phases to end.
const (
	// A drain ends because it is quiet; at the maximum of its range; at the minimum, where nobody
	// could tell; or had no range to end in.
	endedQuiet   = "quiet"
	endedMaximum = "maximum"
	endedMinimum = "minimum"
	endedFixed   = "fixed"
	// The phase stop ends because all processes have, or at the stop timeout.
	endedClean   = "clean"
	endedTimeout = "timeout"
)

// newPhase is one that took so many seconds, within bounds.
func newPhase(ended string, seconds float64) Phase {
	took := time.Duration(min(max(seconds, 0), maxSeconds) * float64(time.Second))
	return Phase{Ended: ended, Took: took.Round(100 * time.Millisecond)}
}

// last is the phase in which the report ends; empty if it is none of those that there are.
func (r *report) last() string {
	switch r.Phase {
	case phaseDrain, phaseStop, phaseKill, phaseDone:
		return r.Phase
	}
	return ""
}

// drained is the phase drain as far as the report has its end.
func (r *report) drained() Phase {
	if r.Phase == phaseDrain {
		return Phase{}
	}
	return r.Drain.phase()
}

// stopped is the phase stop as far as the report has its end.
func (r *report) stopped() Phase {
	switch {
	case r.Stop == nil || r.Phase == phaseDrain || r.Phase == phaseStop:
		return Phase{}
	case r.Phase == phaseKill || r.forced():
		return newPhase(endedTimeout, *r.Stop)
	}
	return newPhase(endedClean, *r.Stop)
}

// forced reports whether somebody was killed at the stop timeout.
func (r *report) forced() bool { return r.Forced || len(r.Killed) > 0 }
