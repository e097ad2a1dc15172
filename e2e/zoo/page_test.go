package main

import (
	"maps"
	"slices"
	"testing"
)

func TestThePageIsReadAsItIsWritten(t *testing.T) {
	o := Options{Cases: []Case{{Subject: "app | tee", Style: "b"}, {Subject: "c", Style: "d"}}, Inits: []Init{{Name: nothing}, {Name: softstop}}}
	g := newGrid(o, []Result{
		{Case: "app | tee: b", Init: nothing, Graceful: true, Seconds: 0.62}, {Case: "app | tee: b", Init: softstop, Why: "never told", Seconds: 12},
		{Case: "c: d", Init: nothing, Broken: "not ready"}, {Case: "c: d", Init: softstop, Graceful: true, Seconds: 11},
	})
	read, err := parsePage(pageHead(g, "zoo.svg", "none") + g.markdown())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(read.cases, g.cases) || !slices.Equal(read.inits, g.inits) {
		t.Errorf("cases %q, inits %q", read.cases, read.inits)
	}
	seconds := map[string]float64{}
	for key, r := range read.fields {
		if r.Graceful {
			seconds[key[0]] = r.Seconds
		}
	}
	if want := map[string]float64{"app | tee: b": 0.6, "c: d": 11}; !maps.Equal(seconds, want) {
		t.Errorf("graceful %v instead of %v", seconds, want)
	}
}
