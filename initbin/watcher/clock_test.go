package watcher

import (
	"math/rand/v2"
	"testing"

	"github.com/softstop/softstop/initbin/handover"
)

// at is a moment of the stops below: they begin at 100 s and have 20 s, so that the last call is
// at 115 s.
func at(seconds float64) int64 { return int64(seconds * float64(second)) }

func stopAt(change func(s *state)) state {
	s := state{phase: stopping, since: at(100), due: at(120), tookOver: true, stopper: helper{pid: 9}}
	change(&s)
	return s
}

func TestNext(t *testing.T) {
	gone := handover.Ending{MainGone: true}
	drain := state{phase: draining, due: at(100), least: at(100)}
	ranged := state{phase: draining, due: at(120), least: at(100)}
	observed := func(change func(s *state)) state {
		s := ranged
		change(&s)
		return s
	}
	busy := func(s *state) { s.observer.pid = 9 }
	for name, c := range map[string]struct {
		state state
		now   int64
		want  action
	}{
		"nothing happens":                             {state{}, at(1000), wait},
		"everybody has ended":                         {state{childless: true, end: gone}, at(1), exit},
		"the main process has left somebody":          {state{end: gone}, at(1), endLeftovers},
		"… who has ended":                             {state{phase: leftovers, due: at(9), end: gone, stopper: helper{done: true}}, at(1), exit},
		"a child has ended":                           {state{lookAt: at(5)}, at(5), look},
		"… a moment after another":                    {state{lookAt: at(5)}, at(4.999), wait},
		"the drain goes on":                           {drain, at(99.999), wait},
		"the drain is over":                           {drain, at(100), beginStop},
		"everybody has ended in the drain":            {state{phase: draining, due: at(100), childless: true, end: gone}, at(50), exit},
		"the main process has ended in the drain":     {state{phase: draining, due: at(100), end: gone}, at(100), endLeftovers},
		"somebody asks after the minimum":             {observed(busy), at(119.999), wait},
		"somebody asks at the maximum":                {observed(busy), at(120), beginStop},
		"it is quiet before the minimum":              {observed(func(s *state) { s.observer.done = true }), at(99.999), wait},
		"it is quiet":                                 {observed(func(s *state) { s.observer.done = true }), at(100), beginStop},
		"nobody can see whether somebody asks":        {observed(func(s *state) { s.observer.failed = true }), at(100), beginStop},
		"the main process ends while it is observed":  {observed(func(s *state) { s.observer.pid, s.end = 9, gone }), at(101), wait},
		"… and the observer cannot be killed":         {observed(func(s *state) { s.observer.pid, s.end = 9, gone }), at(120), endLeftovers},
		"head start":                                  {stopAt(func(s *state) { s.launchAt = at(100.002); s.tookOver = false }), at(100.001), wait},
		"after the head start":                        {stopAt(func(s *state) { s.launchAt = at(100.002); s.tookOver = false }), at(100.002), launchStopper},
		"who ended in the head start is reported":     {stopAt(func(s *state) { s.launchAt, s.childless, s.reports = at(100.002), true, true }), at(100.001), launchStopper},
		"… if there is a report":                      {stopAt(func(s *state) { s.launchAt, s.childless = at(100.002), true }), at(100.001), exit},
		"the stopper climbs":                          {stopAt(func(*state) {}), at(119.999), wait},
		"the stopper has done it":                     {stopAt(func(s *state) { s.stopper, s.end = helper{done: true}, gone }), at(101), exit},
		"… but the main process's end is not known":   {stopAt(func(s *state) { s.stopper = helper{done: true} }), at(101), wait},
		"the stopper is late":                         {stopAt(func(s *state) { s.tookOver = false }), at(114.999), wait},
		"the stopper is late at the last call":        {stopAt(func(s *state) { s.tookOver = false }), at(115), fallBack},
		"the stopper has failed":                      {stopAt(func(s *state) { s.stopper = helper{failed: true} }), at(100), fallBack},
		"… after the main process was signalled":      {stopAt(func(s *state) { s.stopper, s.mainSignalled = helper{failed: true}, true }), at(114.999), wait},
		"… which has ended":                           {stopAt(func(s *state) { s.stopper, s.mainSignalled, s.end = helper{failed: true}, true, gone }), at(101), fallBack},
		"… until the last call":                       {stopAt(func(s *state) { s.stopper, s.mainSignalled = helper{failed: true}, true }), at(115), fallBack},
		"the tree is signalled once":                  {stopAt(func(s *state) { s.stopper, s.fellBack = helper{failed: true}, true }), at(119.999), wait},
		"the deadline is the stopper's first":         {stopAt(func(*state) {}), at(120.249), wait},
		"the stopper is late at the deadline":         {stopAt(func(*state) {}), at(120.25), kill},
		"no stopper at the deadline":                  {stopAt(func(s *state) { s.stopper, s.fellBack = helper{failed: true}, true }), at(120), kill},
		"killed, a moment ago":                        {stopAt(func(s *state) { s.killed = at(120.25) }), at(120.349), wait},
		"killed, and still there":                     {stopAt(func(s *state) { s.killed = at(120.25) }), at(120.35), kill},
		"it cannot be killed":                         {stopAt(func(s *state) { s.killed = at(120.7) }), at(120.75), exit},
		"so late that it was never tried":             {stopAt(func(*state) {}), at(200), kill},
		"a stopper that never started is not awaited": {stopAt(func(s *state) { s.launchAt = at(100); s.tookOver = false }), at(100), launchStopper},
	} {
		if got := c.state.next(c.now); got != c.want {
			t.Errorf("%s: action %d, want %d", name, got, c.want)
		}
	}
}

// TestWakeAt: whatever the state, the watcher that waits wakes when something is next, and not
// before.
func TestWakeAt(t *testing.T) {
	random := rand.New(rand.NewPCG(18, 2))
	some := func() bool { return random.IntN(2) == 0 }
	moment := func() int64 { return at(99) + random.Int64N(at(23)) }
	waits := 0
	for range 200_000 {
		s := state{
			phase: phase(random.IntN(4)), since: at(100), due: at(110) + random.Int64N(at(10)), least: at(100) + random.Int64N(at(10)), observer: helper{pid: random.IntN(2)},
			mainSignalled: some(), tookOver: some(), fellBack: some(), reports: some(), end: handover.Ending{MainGone: some()},
			stopper: helper{failed: some(), done: some()},
		}
		if some() {
			s.lookAt = moment()
		}
		if some() {
			s.launchAt = moment()
		}
		if some() {
			s.killed = moment()
		}
		now := moment()
		if s.next(now) != wait {
			continue
		}
		waits++
		wake := s.wakeAt()
		switch {
		case wake < 0:
			if s.next(at(1e6)) != wait {
				t.Fatalf("%+v at %d: nobody wakes the watcher", s, now)
			}
		case wake <= now:
			t.Fatalf("%+v at %d: woken at %d for nothing", s, now, wake)
		case s.next(wake-1) != wait || s.next(wake) == wait:
			t.Fatalf("%+v at %d: woken at %d, where action %d is next, and %d before", s, now, wake, s.next(wake), s.next(wake-1))
		}
	}
	if waits < 1000 {
		t.Errorf("only %d states wait", waits)
	}
}
