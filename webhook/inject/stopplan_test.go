package inject_test

import (
	"testing"
	"testing/quick"
	"time"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
)

// TestStopPlanInvariant holds for all inputs: every container's drain, stop timeout and
// margin fit into the grace period, which is only raised, and not beyond the limit.
func TestStopPlanInvariant(t *testing.T) {
	holds := func(grace, limit uint32, drains, timeouts [3]uint32, exact [3]bool) bool {
		g := time.Duration(1+grace%4000) * time.Second
		l := 5*time.Second + time.Duration(limit%7200_000)*time.Millisecond
		wishes := make([]inject.Wish, len(drains))
		for i := range wishes {
			wishes[i] = inject.Wish{
				Drain:       time.Duration(drains[i]%100_000) * time.Millisecond,
				StopTimeout: config.MinStopTimeout + time.Duration(timeouts[i]%5000_000)*time.Millisecond,
				Exact:       exact[i],
			}
		}
		plan := inject.SolveStopPlan(g, l, wishes)
		if plan.Grace < g || plan.Grace > g && plan.Grace > l || plan.Grace%time.Second != 0 {
			t.Logf("grace %s, limit %s: got %s", g, l, plan.Grace)
			return false
		}
		for i, times := range plan.Times {
			w := wishes[i]
			fits := times.Drain+times.StopTimeout+inject.Margin <= plan.Grace
			full := times.Drain == w.Drain && times.StopTimeout >= w.StopTimeout && (!w.Exact || times.StopTimeout == w.StopTimeout)
			short := plan.Shortened && times.Drain <= w.Drain && times.Drain >= 0 && times.StopTimeout >= config.MinStopTimeout
			if !fits || !full && !short {
				t.Logf("grace %s, limit %s, wish %+v: got %+v of %s", g, l, w, times, plan.Grace)
				return false
			}
		}
		return true
	}
	if err := quick.Check(holds, &quick.Config{MaxCount: 20_000}); err != nil {
		t.Error(err)
	}
}

func TestStopPlan(t *testing.T) {
	const s = time.Second
	standard := inject.Wish{Drain: 5 * s, StopTimeout: 23 * s}
	for name, c := range map[string]struct {
		grace, limit time.Duration
		wish         inject.Wish
		want         time.Duration
		times        inject.Times
	}{
		"the default needs no change":        {30 * s, time.Hour, standard, 30 * s, inject.Times{Drain: 5 * s, StopTimeout: 23 * s}},
		"a generous grace period is used":    {3600 * s, time.Hour, standard, 3600 * s, inject.Times{Drain: 5 * s, StopTimeout: 3593 * s}},
		"what was asked for does not grow":   {30 * s, time.Hour, inject.Wish{Drain: 5 * s, StopTimeout: 10 * s, Exact: true}, 30 * s, inject.Times{Drain: 5 * s, StopTimeout: 10 * s}},
		"the grace period is raised":         {5 * s, time.Hour, inject.Wish{Drain: 15 * s, StopTimeout: 23 * s}, 40 * s, inject.Times{Drain: 15 * s, StopTimeout: 23 * s}},
		"up to the limit":                    {5 * s, 20 * s, inject.Wish{Drain: 15 * s, StopTimeout: 23 * s}, 20 * s, inject.Times{Drain: 15 * s, StopTimeout: 3 * s}},
		"then the drain shrinks":             {5 * s, 10 * s, inject.Wish{Drain: 15 * s, StopTimeout: 23 * s}, 10 * s, inject.Times{Drain: 7 * s, StopTimeout: 1 * s}},
		"a longer grace period than allowed": {100 * s, 20 * s, standard, 100 * s, inject.Times{Drain: 5 * s, StopTimeout: 93 * s}},
	} {
		t.Run(name, func(t *testing.T) {
			plan := inject.SolveStopPlan(c.grace, c.limit, []inject.Wish{c.wish})
			if plan.Grace != c.want || plan.Times[0] != c.times {
				t.Errorf("got %s %+v, want %s %+v", plan.Grace, plan.Times[0], c.want, c.times)
			}
		})
	}
}
