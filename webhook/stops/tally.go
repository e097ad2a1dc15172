package stops

import (
	"fmt"
	"time"
)

// tallies count the stops of each workload within an hour by the clock: as long as the API server
// keeps an event.
type tallies struct {
	// since is when counting began: the hour's begin, or this replica's.
	since time.Time
	of    map[string]tally
}

// tally is one workload's.
type tally struct{ all, forced, unquiet int }

func newTallies(now time.Time) *tallies { return &tallies{since: now, of: map[string]tally{}} }

// add counts one stop of a workload. The first of an hour begins anew.
func (t *tallies) add(workload string, stop Stop) tally {
	if hour(stop.At).After(hour(t.since)) {
		t.since, t.of = hour(stop.At), map[string]tally{}
	}
	one := t.of[workload]
	one.all++
	if stop.Forced {
		one.forced++
	}
	if stop.Unquiet != "" {
		one.unquiet++
	}
	if _, known := t.of[workload]; known || len(t.of) < inAll {
		t.of[workload] = one
	}
	return one
}

// sentence says how many of all did what, and of the last what note has.
func (t *tallies) sentence(some, all int, what, note string) string {
	return fmt.Sprintf("softstop: %d of %d stops since %s %s; the last: %s", some, all, t.since.UTC().Format("15:04 MST"), what, note)
}

// hour is the same for all stops that are counted together.
func hour(at time.Time) time.Time { return at.UTC().Truncate(time.Hour) }
