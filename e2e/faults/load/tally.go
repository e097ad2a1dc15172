package load

import (
	"time"

	"github.com/softstop/softstop/e2e/bench/figures"
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
	var took figures.Samples // in ns
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
		took = append(took, float64(r.Took))
		if r.Result != Rejected {
			t.Created++
		}
	}
	t.Median, t.P99, t.Max = time.Duration(took.Median()), time.Duration(took.Percentile(99)), time.Duration(took.Worst())
	return t
}
