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
type tally struct {
	all, forced, unquiet int
	killed               int // processes that the kernel killed for want of memory
}

func newTallies(now time.Time) *tallies { return &tallies{since: now, of: map[string]tally{}} }

// add counts one stop of a workload. The first of an hour begins anew.
func (t *tallies) add(workload string, stop Stop) tally {
	if hour(stop.At).After(hour(t.since)) {
		t.since, t.of = hour(stop.At), map[string]tally{}
	}
	one := t.of[workload]
	one.all++
	one.killed += stop.OOMKilled
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
	return fmt.Sprintf("softstop: %d of %d stops since %s %s; the last: %s", some, all, t.begin(), what, note)
}

// oomKilled says how many processes the kernel had killed in all, the last of them where.
func (t *tallies) oomKilled(count int, where string) string {
	return fmt.Sprintf("softstop: the kernel killed %d processes for want of memory in containers that went on, seen in their stops since %s; the last: %s",
		count, t.begin(), where)
}

func (t *tallies) begin() string { return t.since.UTC().Format("15:04 MST") }

// hour is the same for all stops that are counted together.
func hour(at time.Time) time.Time { return at.UTC().Truncate(time.Hour) }
