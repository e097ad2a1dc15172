package load

import (
	"slices"
	"time"
)

// Tally is many records in figures.
type Tally struct {
	// Created is how many pods were admitted: the sum of the Results that say so.
	Created int
	// Of counts each result.
	Of map[Result]int
	// Awaited is how many pods were to run, Ran how many did.
	Awaited, Ran int
	// Median, P99 and Max are of the time that an answer took.
	Median, P99, Max time.Duration
}

// Count counts.
func Count(records []Record) Tally {
	t := Tally{Of: map[Result]int{}}
	var took []time.Duration
	for _, r := range records {
		t.Of[r.Result]++
		if r.Awaited {
			t.Awaited++
		}
		if r.Ran {
			t.Ran++
		}
		if r.Result == Away {
			continue
		}
		took = append(took, r.Took)
		if r.Result != Rejected {
			t.Created++
		}
	}
	slices.Sort(took)
	t.Median, t.P99, t.Max = share(took, 0.5), share(took, 0.99), share(took, 1)
	return t
}

// share returns the value that this share of the sorted values does not exceed; 0 if there are
// none.
func share(sorted []time.Duration, part float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[max(0, min(len(sorted)-1, int(part*float64(len(sorted))+0.999999)-1))]
}
