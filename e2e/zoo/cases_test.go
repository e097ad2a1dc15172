package main

import "testing"

// Names are the keys of the table and of the command line.
func TestCasesHaveNamesOfTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range everyCase() {
		if seen[c.Name()] {
			t.Errorf("two cases are called %q", c.Name())
		}
		seen[c.Name()] = true
	}
}

// A case without a readiness condition or without evidence could pass by accident.
func TestCasesProveSomething(t *testing.T) {
	for _, c := range Cases() {
		if len(c.Command) == 0 || len(c.Ready) == 0 || len(c.Evidence)+len(c.Acts) == 0 {
			t.Errorf("%s: command %q, %d conditions, %d acts, %d pieces of evidence", c.Name(), c.Command, len(c.Ready), len(c.Acts), len(c.Evidence))
		}
	}
}

func TestGridCountsTheWorstOfRepeatedCells(t *testing.T) {
	o := Options{Cases: []Case{{Subject: "a", Style: "b"}}, Inits: []Init{{Name: "tini"}}}
	bad := Result{Case: "a: b", Init: "tini", Why: "never told"}
	good := Result{Case: "a: b", Init: "tini", Graceful: true}
	for _, results := range [][]Result{{good, bad}, {bad, good}} {
		if n := newGrid(o, results).total("tini"); n != 0 {
			t.Errorf("%d graceful of %v", n, results)
		}
	}
}
