package figures

import (
	"math"
	"slices"
	"time"
)

// Samples are repeated measurements of one thing, in its row's unit.
type Samples []float64

// Median is the middle of the samples, 0 of none.
func (s Samples) Median() float64 {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// Percentile is the smallest sample that at least p percent of them do not exceed, 0 of none. 100
// is the worst.
func (s Samples) Percentile(p float64) float64 {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	at := int(math.Ceil(p/100*float64(len(sorted)))) - 1
	return sorted[min(max(at, 0), len(sorted)-1)]
}

// Worst is the largest sample, 0 of none.
func (s Samples) Worst() float64 { return s.Percentile(100) }

// Row is one measured quantity: the samples of each contestant by name.
type Row map[string]Samples

// Add notes one more sample of a contestant.
func (r Row) Add(name string, value float64) { r[name] = append(r[name], value) }

// AddTime notes a duration, in milliseconds.
func (r Row) AddTime(name string, d time.Duration) { r.Add(name, float64(d)/float64(time.Millisecond)) }

// Less is r with the median of one contestant, the bare subject, taken off each sample.
func (r Row) Less(name string) Row {
	base := r[name].Median()
	out := Row{}
	for other, values := range r {
		for _, value := range values {
			if other != name {
				out.Add(other, value-base)
			}
		}
	}
	return out
}
