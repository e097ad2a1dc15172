package main

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

const (
	// margin is how much longer than the better of nothing and tini, or than the
	// application itself, softstop may take, in seconds.
	margin = 1.0
	// patience is what counts as late, in seconds, where nothing else is known.
	patience = 5.0
)

// nothing and tini are the columns that softstop must never be worse than.
const (
	nothing = "none"
	tini    = "tini"
)

// fault is what softstop's column shows against it in one case.
type fault struct {
	Case string
	Kind kind
	// Text says what was seen, for people.
	Text string
}

// kind tells the two faults apart.
type kind string

const (
	// wrong is a stop that is not graceful.
	wrong kind = "wrong"
	// late is a graceful stop that takes a second longer than the better of nothing and
	// tini where one of them is right, or than the application itself where that is
	// known or measured in a case beside, or than five seconds.
	late kind = "late"
	// racing and dawdling are exceptions' kinds: wrong or late now and then, by a race that
	// softstop has no part in.
	racing   = wrong + nowAndThen
	dawdling = late + nowAndThen

	nowAndThen = " now and then"
)

// of is the fault that an exception of kind k allows.
func (k kind) of() kind { return kind(strings.TrimSuffix(string(k), nowAndThen)) }

// faults returns what speaks against softstop in the order of the table.
func (g grid) faults(known map[string]Case) []fault {
	var all []fault
	for _, name := range g.cases {
		r, ran := g.fields[[2]string{name, softstop}]
		if !ran {
			continue
		}
		rival, best := g.best(name)
		switch limit, whose := g.limitOf(known[name], rival, best); {
		case !r.Graceful && rival != "":
			all = append(all, fault{name, wrong, fmt.Sprintf("%s%s, where %s is graceful", r.Broken, r.Why, rival)})
		case !r.Graceful:
			all = append(all, fault{name, wrong, r.Broken + r.Why})
		case tenths(r.Seconds) > tenths(limit):
			all = append(all, fault{name, late, fmt.Sprintf("%.1f s, %s", r.Seconds, whose)})
		}
	}
	return all
}

// best is the quicker of nothing and tini where either is graceful, "" where none is.
func (g grid) best(name string) (rival string, seconds float64) {
	seconds = math.Inf(1)
	for _, init := range []string{nothing, tini} {
		if r := g.fields[[2]string{name, init}]; r.Graceful && r.Seconds < seconds {
			rival, seconds = init, r.Seconds
		}
	}
	return rival, seconds
}

// limitOf is from when on a stop is late, and what it is measured against.
func (g grid) limitOf(c Case, rival string, best float64) (limit float64, whose string) {
	direct, bestDirect := g.best(c.Like)
	switch {
	case rival != "":
		return tenths(best) + margin, fmt.Sprintf("%.1f s under %s", best, rival)
	case direct != "":
		return tenths(bestDirect) + margin, fmt.Sprintf("%.1f s as %q under %s", bestDirect, c.Like, direct)
	case c.Own != 0:
		return c.Own + margin, fmt.Sprintf("%.1f s of which are the application's own", c.Own)
	}
	return patience, "and nobody knows what for"
}

// tenths is seconds as the page shows them: what a reader can see decides.
func tenths(seconds float64) float64 { return math.Round(10*seconds) / 10 }

// judge holds the faults against the exceptions: it is an error if a fault is not among
// them, and if one of them that is no race is no fault any more in a case that ran.
func (g grid) judge(found []fault, allowed []exception) error {
	var errs []error
	open := map[string]exception{}
	for _, e := range allowed {
		open[e.Case+string(e.Kind.of())] = e
	}
	for _, f := range found {
		key := f.Case + string(f.Kind)
		if _, ok := open[key]; !ok {
			errs = append(errs, fmt.Errorf("%s is %s: %s", f.Case, f.Kind, f.Text))
		}
		delete(open, key)
	}
	for _, name := range g.cases {
		for _, k := range [...]kind{wrong, late} {
			e, listed := open[name+string(k)]
			if _, ran := g.fields[[2]string{name, softstop}]; listed && ran && e.Kind == k {
				errs = append(errs, fmt.Errorf("%s is not %s any more: take it off the exceptions (%s)", name, k, e.Why))
			}
		}
	}
	return errors.Join(errs...)
}

// byName is the cases by their names.
func byName(cases []Case) map[string]Case {
	known := map[string]Case{}
	for _, c := range cases {
		known[c.Name()] = c
	}
	return known
}

// exceptionsText is the page's paragraph on where softstop is behind.
func exceptionsText(allowed []exception) string {
	if len(allowed) == 0 {
		return "There is no case in which the application is cut off under softstop, or in which softstop takes a second longer than the\nbetter of nothing and tini, or than the application itself.\n"
	}
	var out strings.Builder
	out.WriteString("Where softstop is not graceful, or takes a second longer than the better of nothing and tini or than the application itself:\n\n")
	for _, e := range allowed {
		fmt.Fprintf(&out, "- %s (%s): %s\n", e.Case, e.Kind, e.Why)
	}
	return out.String()
}
