//go:build linux

package main

import (
	"time"

	"github.com/softstop/softstop/e2e/bench/figures"
)

// quantity is one thing that must not grow.
type quantity struct {
	// name is for people, metric the webhook's; values are divided by per to be in unit.
	name, metric, unit string
	per                float64
	// share and more are how much larger the last third may be: a part of the first third's value,
	// and a number of units.
	share, more float64
}

func quantities() []quantity {
	return []quantity{
		{name: "Resident memory", metric: "process_resident_memory_bytes", unit: "MiB", per: 1 << 20, share: 0.05, more: 2},
		{name: "Heap in use", metric: "go_memstats_heap_inuse_bytes", unit: "MiB", per: 1 << 20, share: 0.10, more: 2},
		{name: "Goroutines", metric: "go_goroutines", per: 1, share: 0, more: 10},
		{name: "File descriptors", metric: "process_open_fds", per: 1, share: 0, more: 5},
	}
}

// sample is what one replica's metrics were at a time after the beginning.
type sample struct {
	at     time.Duration
	values map[string]float64
}

// verdict is how a quantity went.
type verdict struct {
	first, last, highest float64
	grew                 bool
}

// warmUp is the part of the samples that is not judged: caches fill, connections are made.
const warmUp = 0.2

// judge compares the first and the last third of a quantity's values after the warm-up.
func judge(q quantity, samples []sample) verdict {
	var values figures.Samples
	for _, s := range samples[int(float64(len(samples))*warmUp):] {
		if value, is := s.values[q.metric]; is { // what nobody measures does not count as flat
			values = append(values, value/q.per)
		}
	}
	if len(values) < 3 {
		return verdict{grew: true} // too few to say that it did not
	}
	third := len(values) / 3
	v := verdict{first: values[:third].Median(), last: values[len(values)-third:].Median(), highest: values.Worst()}
	v.grew = v.last > v.first*(1+q.share)+q.more
	return v
}
