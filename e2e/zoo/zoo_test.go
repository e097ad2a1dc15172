//go:build e2e

package main

import (
	"context"
	"fmt"
	"os"
	"testing"
)

// TestMain lets the test's own program be the cells' processes too.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "cell" || os.Args[1] == "enter") {
		if err := dispatch(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, "zoo:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestSoftstop runs every case under softstop: each must be graceful.
func TestSoftstop(t *testing.T) {
	o := Options{Parallel: 16, Repeat: 1}
	if err := o.choose(softstop, ""); err != nil {
		t.Fatal(err)
	}
	results, err := o.Run(context.Background(), os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		t.Run(r.Case, func(t *testing.T) {
			if !r.Graceful {
				t.Errorf("%s%s (%.1f s, exit %d)\nprocesses at the end of the grace:\n%s\noutput:\n%s", r.Broken, r.Why, r.Seconds, r.Exit, r.Tree, r.Log)
			}
		})
	}
}
