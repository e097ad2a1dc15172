package inject_test

import (
	"testing"
	"testing/quick"
	"time"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
)

// drain makes a drain of any two numbers: a fixed one where the second is even.
func drain(least, more uint32) config.Drain {
	d := config.FixedDrain(time.Duration(least%100_000) * time.Millisecond)
	if more%2 == 1 {
		d.Max += time.Duration(more%100_000) * time.Millisecond
	}
	return d
}

// TestStopPlanInvariant holds for all inputs: every container's drain, stop timeout and
// margin fit into the grace period, which is only raised, and not beyond the limit.
func TestStopPlanInvariant(t *testing.T) {
	holds := func(grace, limit uint32, drains, more, timeouts [3]uint32, exact [3]bool) bool {
		g := time.Duration(1+grace%4000) * time.Second
		l := 5*time.Second + time.Duration(limit%7200_000)*time.Millisecond
		wishes := make([]inject.Wish, len(drains))
		for i := range wishes {
			wishes[i] = inject.Wish{
				Drain:       drain(drains[i], more[i]),
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
			fits := times.Drain.Max+times.StopTimeout+inject.Margin <= plan.Grace
			full := times.Drain == w.Drain && times.StopTimeout >= w.StopTimeout && (!w.Exact || times.StopTimeout == w.StopTimeout)
			short := plan.Shortened && times.Drain == w.Drain.AtMost(times.Drain.Max) && times.Drain.Min >= 0 && times.StopTimeout >= config.MinStopTimeout
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
	fixed, upTo := func(d time.Duration) config.Drain { return config.FixedDrain(d * s) }, func(least, most time.Duration) config.Drain { return config.Drain{Min: least * s, Max: most * s} }
	standard := inject.Wish{Drain: fixed(5), StopTimeout: 23 * s}
	for name, c := range map[string]struct {
		grace, limit time.Duration
		wish         inject.Wish
		want         time.Duration
		times        inject.Times
	}{
		"the default needs no change":        {30 * s, time.Hour, standard, 30 * s, inject.Times{Drain: fixed(5), StopTimeout: 23 * s}},
		"a generous grace period is used":    {3600 * s, time.Hour, standard, 3600 * s, inject.Times{Drain: fixed(5), StopTimeout: 3593 * s}},
		"what was asked for does not grow":   {30 * s, time.Hour, inject.Wish{Drain: fixed(5), StopTimeout: 10 * s, Exact: true}, 30 * s, inject.Times{Drain: fixed(5), StopTimeout: 10 * s}},
		"the grace period is raised":         {5 * s, time.Hour, inject.Wish{Drain: fixed(15), StopTimeout: 23 * s}, 40 * s, inject.Times{Drain: fixed(15), StopTimeout: 23 * s}},
		"up to the limit":                    {5 * s, 20 * s, inject.Wish{Drain: fixed(15), StopTimeout: 23 * s}, 20 * s, inject.Times{Drain: fixed(15), StopTimeout: 3 * s}},
		"then the drain shrinks":             {5 * s, 10 * s, inject.Wish{Drain: fixed(15), StopTimeout: 23 * s}, 10 * s, inject.Times{Drain: fixed(7), StopTimeout: 1 * s}},
		"the grace period holds the maximum": {30 * s, time.Hour, inject.Wish{Drain: upTo(5, 120), StopTimeout: 23 * s}, 145 * s, inject.Times{Drain: upTo(5, 120), StopTimeout: 23 * s}},
		"the maximum shrinks":                {30 * s, 60 * s, inject.Wish{Drain: upTo(5, 120), StopTimeout: 23 * s}, 60 * s, inject.Times{Drain: upTo(5, 35), StopTimeout: 23 * s}},
		"then the stop timeout":              {30 * s, 30 * s, inject.Wish{Drain: upTo(20, 120), StopTimeout: 23 * s}, 30 * s, inject.Times{Drain: fixed(20), StopTimeout: 8 * s}},
		"then the minimum":                   {5 * s, 10 * s, inject.Wish{Drain: upTo(15, 20), StopTimeout: 23 * s}, 10 * s, inject.Times{Drain: fixed(7), StopTimeout: 1 * s}},
		"a longer grace period than allowed": {100 * s, 20 * s, standard, 100 * s, inject.Times{Drain: fixed(5), StopTimeout: 93 * s}},
	} {
		t.Run(name, func(t *testing.T) {
			plan := inject.SolveStopPlan(c.grace, c.limit, []inject.Wish{c.wish})
			if plan.Grace != c.want || plan.Times[0] != c.times {
				t.Errorf("got %s %+v, want %s %+v", plan.Grace, plan.Times[0], c.want, c.times)
			}
		})
	}
}
