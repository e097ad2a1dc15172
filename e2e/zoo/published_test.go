package main

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// The published page shows no fault of softstop that is not named with its reason, and names
// each exception.
func TestThePublishedPageKeepsThePromise(t *testing.T) {
	page, err := os.ReadFile("../../docs/zoo.md")
	if err != nil {
		t.Fatal(err)
	}
	g, err := parsePage(string(page))
	if err != nil {
		t.Fatal(err)
	}
	if len(g.cases) == 0 || !slices.Contains(g.inits, nothing) || !slices.Contains(g.inits, tini) || !slices.Contains(g.inits, softstop) {
		t.Fatalf("%d cases under %q", len(g.cases), g.inits)
	}
	if !strings.Contains(string(page), exceptionsText(exceptions())) {
		t.Error("the page does not list the exceptions as they are: make zoo writes it anew")
	}
	if err := g.judge(g.faults(byName(Cases())), exceptions()); err != nil {
		t.Error(err)
	}
}
