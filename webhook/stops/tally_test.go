package stops

import (
	"strings"
	"testing"
	"time"
)

// TestTallies: each workload has its own, from the replica's start or the hour's.
func TestTallies(t *testing.T) {
	start := time.Date(2030, 1, 1, 14, 31, 0, 0, time.UTC)
	counted := newTallies(start)
	counted.add("a", Stop{At: start, Forced: false})
	counted.add("b", Stop{At: start.Add(time.Minute), Forced: true})
	count := counted.add("a", Stop{At: start.Add(28 * time.Minute), Forced: true})
	if got, want := counted.sentence(count.forced, count.all, "were forced", "x"), "softstop: 1 of 2 stops since 14:31 UTC were forced; the last: x"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	count = counted.add("a", Stop{At: start.Add(29 * time.Minute), Forced: true})
	if got, want := counted.sentence(count.forced, count.all, "were forced", "x"), "1 of 1 stops since 15:00 UTC"; !strings.Contains(got, want) {
		t.Errorf("the next hour: got %q, want %q", got, want)
	}
	// One that was seen late counts in the hour that runs.
	count = counted.add("a", Stop{At: start, Forced: false})
	if got, want := counted.sentence(count.forced, count.all, "were forced", "x"), "1 of 2 stops since 15:00 UTC"; !strings.Contains(got, want) {
		t.Errorf("seen late: got %q, want %q", got, want)
	}
	counted.add("a", Stop{At: start.Add(30 * time.Minute), OOMKilled: 3})
	count = counted.add("a", Stop{At: start.Add(31 * time.Minute), OOMKilled: 2})
	if got, want := counted.oomKilled(count.killed, "x"), "the kernel killed 5 processes for want of memory in containers that went on, seen in their stops since 15:00 UTC; the last: x"; !strings.Contains(got, want) {
		t.Errorf("killed: got %q, want %q", got, want)
	}
	if len(counted.of) != 1 {
		t.Errorf("%d workloads are kept from the hour before", len(counted.of)-1)
	}
}
