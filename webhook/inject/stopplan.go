package inject

import (
	"time"

	"github.com/softstop/softstop/config"
)

// Margin is the time between the init's last act and the kubelet's SIGKILL.
const Margin = 2 * time.Second

// Wish is what one container would like of the stop plan.
type Wish struct {
	// Drain is how long it goes on serving.
	Drain config.Drain
	// StopTimeout is the time from the stop signal to SIGKILL.
	StopTimeout time.Duration
	// Exact means that somebody asked for this stop timeout: it does not grow.
	Exact bool
	// Follows means that it drains for the sake of others, and ends when they do.
	Follows bool
}

// Times are what one container gets of the stop plan.
type Times struct {
	Drain       config.Drain
	StopTimeout time.Duration
	// Follows is that of the wish.
	Follows bool
}

// StopPlan is one pod's timeline. For every container
// Drain.Max + StopTimeout + Margin ≤ Grace.
type StopPlan struct {
	// Grace is the pod's terminationGracePeriodSeconds as a duration.
	Grace time.Duration
	// Times are the containers', in the order of the wishes.
	Times []Times
	// Shortened means that the limit on the grace period left less than was wished.
	Shortened bool
}

// SolveStopPlan fits the wishes into a grace period. The grace period is only raised,
// to whole seconds and at most to limit, never lowered. Where it grants more than is
// needed, stop timeouts that nobody asked for grow; where it grants too little, the
// maximum of a range shrinks first, then the stop timeout to its minimum, then the drain. limit must be at least
// Margin + config.MinStopTimeout.
func SolveStopPlan(grace, limit time.Duration, wishes []Wish) StopPlan {
	need := Margin + config.MinStopTimeout
	for _, w := range wishes {
		need = max(need, w.Drain.Max+w.StopTimeout+Margin)
	}
	need = ceilSeconds(need)
	plan := StopPlan{Grace: max(grace, min(need, limit.Truncate(time.Second)))}
	plan.Shortened = need > plan.Grace
	room := plan.Grace - Margin
	for _, w := range wishes {
		t := Times{Drain: w.Drain, StopTimeout: w.StopTimeout, Follows: w.Follows}
		if t.Drain.Max+t.StopTimeout > room {
			t.Drain.Max = max(t.Drain.Min, room-t.StopTimeout)
			t.StopTimeout = min(t.StopTimeout, max(config.MinStopTimeout, room-t.Drain.Max))
			t.Drain = t.Drain.AtMost(room - t.StopTimeout)
		} else if !w.Exact {
			t.StopTimeout = room - t.Drain.Max
		}
		plan.Times = append(plan.Times, t)
	}
	return plan
}

func ceilSeconds(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}
