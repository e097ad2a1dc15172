package main

import (
	"fmt"
	"strings"
	"testing"
)

// columns is one case's cells under nothing, tini and softstop: seconds if it was
// graceful, -1 if it was not.
func columns(bare, underTini, ours float64) []Result {
	var all []Result
	for init, seconds := range map[string]float64{nothing: bare, tini: underTini, softstop: ours} {
		r := Result{Case: "a: b", Init: init, Graceful: seconds >= 0, Seconds: max(seconds, 0)}
		if !r.Graceful {
			r.Why = "app killed in its cleanup"
		}
		all = append(all, r)
	}
	return all
}

func gridOf(own float64, results []Result) (grid, map[string]Case) {
	c := Case{Subject: "a", Style: "b", Own: own}
	return newGrid(Options{Cases: []Case{c}}, results), byName([]Case{c})
}

func TestSoftstopIsHeldAgainstTheBetterOfNothingAndTini(t *testing.T) {
	for _, test := range []struct {
		bare, tini, ours, own float64
		want                  kind
	}{
		{bare: -1, tini: -1, ours: 4},
		{bare: -1, tini: -1, ours: 5.1, want: late},
		{bare: -1, tini: -1, ours: -1, want: wrong},
		{bare: -1, tini: 0.5, ours: -1, want: wrong},
		{bare: 0.5, tini: -1, ours: 1.4},
		{bare: 0.5, tini: 9, ours: 1.6, want: late},
		{bare: 9, tini: 0.5, ours: 1.6, want: late},
		{bare: 9, tini: 9, ours: 9.9},
		{bare: -1, tini: -1, own: 0.5, ours: 1.6, want: late},
		{bare: -1, tini: -1, own: 7, ours: 7.9},
		// A machine that is busy is busy for all: what was measured goes before what is known.
		{bare: 2, tini: -1, own: 0.5, ours: 2.9},
		{bare: 0.1, tini: -1, own: 0.5, ours: 1.4, want: late},
	} {
		g, known := gridOf(test.own, columns(test.bare, test.tini, test.ours))
		found := g.faults(known)
		if got := fmt.Sprint(kinds(found)); got != fmt.Sprint(kinds(wanted(test.want))) {
			t.Errorf("%+v: found %v", test, found)
		}
	}
}

func wanted(k kind) []fault {
	if k == "" {
		return nil
	}
	return []fault{{Kind: k}}
}

func kinds(found []fault) (all []kind) {
	for _, f := range found {
		all = append(all, f.Kind)
	}
	return all
}

func TestEveryFaultIsAnExceptionAndEveryExceptionAFault(t *testing.T) {
	for _, test := range []struct {
		name    string
		ours    float64
		allowed []exception
		want    string
	}{
		{name: "fault without a name", ours: -1, want: "a: b is wrong: app killed in its cleanup, where tini is graceful"},
		{name: "named", ours: -1, allowed: []exception{{"a: b", wrong, "for a reason"}}},
		{name: "named otherwise", ours: 3, allowed: []exception{{"a: b", wrong, "for a reason"}}, want: "a: b is late"},
		{name: "mended", ours: 0.5, allowed: []exception{{"a: b", late, "for a reason"}}, want: "a: b is not late any more"},
		{name: "a race that was won", ours: 0.5, allowed: []exception{{"a: b", racing, "for a reason"}}},
		{name: "a race that was lost", ours: -1, allowed: []exception{{"a: b", racing, "for a reason"}}},
		{name: "a race that is late", ours: 3, allowed: []exception{{"a: b", racing, "for a reason"}}, want: "a: b is late"},
		{name: "a race that was late", ours: 3, allowed: []exception{{"a: b", dawdling, "for a reason"}}},
		{name: "a race that was in time", ours: 0.5, allowed: []exception{{"a: b", dawdling, "for a reason"}}},
		{name: "a race that is wrong", ours: -1, allowed: []exception{{"a: b", dawdling, "for a reason"}}, want: "a: b is wrong"},
		{name: "case that did not run", ours: 0.5, allowed: []exception{{"c: d", wrong, "for a reason"}}},
	} {
		g, known := gridOf(0, columns(-1, 0.5, test.ours))
		err := g.judge(g.faults(known), test.allowed)
		if got := reasonOf(err); got != test.want && (test.want == "" || !strings.Contains(got, test.want)) {
			t.Errorf("%s: %q instead of %q", test.name, got, test.want)
		}
	}
}

// Where no rival is right, the same application started directly says how long it takes.
func TestACaseIsHeldAgainstTheOneItIsLike(t *testing.T) {
	direct, wrapped := Case{Subject: "a", Style: "b"}, Case{Subject: "a", Style: "sh -c", Like: "a: b"}
	results := columns(5.7, 5.9, 5.2)
	for seconds, want := range map[float64]string{6.7: "[]", 6.8: "[late]"} {
		ours := Result{Case: wrapped.Name(), Init: softstop, Graceful: true, Seconds: seconds}
		g := newGrid(Options{Cases: []Case{direct, wrapped}}, append(results[:3:3], ours))
		if got := fmt.Sprint(kinds(g.faults(byName([]Case{direct, wrapped})))); got != want {
			t.Errorf("%v s: %s instead of %s", seconds, got, want)
		}
	}
}

// What a case is like is a case.
func TestWhatACaseIsLikeExists(t *testing.T) {
	known := byName(Cases())
	for name, c := range known {
		if direct, ok := known[c.Like]; c.Like != "" && (!ok || direct.Like != "") {
			t.Errorf("%s is like %q, which does not stand for itself", name, c.Like)
		}
	}
}

// Exceptions are of cases that exist, with a reason, each once.
func TestExceptionsAreCases(t *testing.T) {
	names, seen := byName(Cases()), map[string]bool{}
	for _, e := range exceptions() {
		if _, ok := names[e.Case]; !ok || e.Why == "" || seen[e.Case+string(e.Kind)] {
			t.Errorf("no case, no reason, or listed twice: %+v", e)
		}
		seen[e.Case+string(e.Kind)] = true
	}
}

func TestARunIsHeldAgainstItsRecord(t *testing.T) {
	path := t.TempDir() + "/record.json"
	if err := writeRecord(columns(-1, -1, 1), path); err != nil {
		t.Fatal(err)
	}
	recorded, err := readRecord(path)
	if err != nil {
		t.Fatal(err)
	}
	before, _ := gridOf(0, recorded)
	for ours, want := range map[float64]string{1.2: "", 1.4: "a: b takes 1.4 s, it took 1.0 s", -1: "a: b was graceful: app killed in its cleanup"} {
		now, _ := gridOf(0, columns(-1, -1, ours))
		if got := reasonOf(against(now, before)); got != want {
			t.Errorf("%v s: %q instead of %q", ours, got, want)
		}
	}
}

// What was run goes before what is recorded, and the columns keep their order.
func TestColumnsThatAreNotRunComeFromTheRecord(t *testing.T) {
	o := Options{Inits: []Init{{Name: softstop}}}
	results := o.join([]Result{{Init: softstop, Exit: 1}}, []Result{{Init: softstop, Exit: 2}, {Init: tini}, {Init: nothing}})
	if len(results) != 3 || results[0].Exit != 1 || len(o.Inits) != 3 || o.Inits[0].Name != nothing || o.Inits[2].Name != softstop {
		t.Errorf("%+v under %+v", results, o.Inits)
	}
}
