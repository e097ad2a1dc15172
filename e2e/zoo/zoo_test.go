//go:build e2e

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/softstop/softstop/e2e/await"
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

// TestTruth measures what becomes of commands as process 1 without an init, and compares it with
// what is written down, to which softstop check is held.
func TestTruth(t *testing.T) {
	data, err := os.ReadFile("../../cmd/softstop/testdata/process1.json")
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Parallel: 16, Repeat: 1, Cases: TruthCases(), Inits: Inits()[:1]}
	results, err := o.Run(context.Background(), os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	written := filepath.Join(t.TempDir(), "process1.json")
	if err := writeTruths(o, results, written); err != nil {
		t.Fatal(err)
	}
	again, err := os.ReadFile(written)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(data, again) {
		t.Errorf("measured:\n%s\nwritten down:\n%s\nmake truth writes it anew", again, data)
	}
}

// TestSoftstop runs every case under softstop: each must be graceful, but for the
// exceptions. A cell that fails is run once more, with nothing beside it: sixteen servers at
// a time may take longer to start than a busy machine gives them. What is late is for
// make zoo to say, which has the other columns of the same run to measure it against.
func TestSoftstop(t *testing.T) {
	o := Options{Parallel: 16, Repeat: 1}
	if err := o.choose(softstop, ""); err != nil {
		t.Fatal(err)
	}
	results, err := o.Run(context.Background(), os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]string{}
	for _, e := range exceptions() {
		if e.Kind.of() == wrong {
			known[e.Case] = e.Why
		}
	}
	for _, r := range results {
		t.Run(r.Case, func(t *testing.T) {
			if why := known[r.Case]; why != "" {
				t.Logf("graceful: %v, where a fault is known (%s)", r.Graceful, why)
				return
			}
			if !r.Graceful {
				t.Logf("once more by itself, after: %s%s (%.1f s, exit %d)", r.Broken, r.Why, r.Seconds, r.Exit)
				r = alone(t, r.Case)
			}
			if !r.Graceful {
				t.Errorf("%s%s (%.1f s, exit %d)\nprocesses at the end of the grace:\n%s\noutput:\n%s", r.Broken, r.Why, r.Seconds, r.Exit, r.Tree, r.Log)
			}
		})
	}
}

// TestLastWords runs what does not stop under softstop: the log says why. Where the machine is so slow
// that there was no time to ask, it is tried again.
func TestLastWords(t *testing.T) {
	o := Options{Parallel: 4, Repeat: 1}
	if err := o.choose(softstop, "^$"); err != nil {
		t.Fatal(err)
	}
	o.Cases = LastWordsCases()
	await.True(t, "the log says what each waits for", func() bool {
		results, err := o.Run(context.Background(), os.Stderr)
		if err != nil {
			t.Fatal(err)
		}
		said := true
		for _, r := range results {
			t.Logf("%s: %s%s (%.1f s, exit %d)\n%s", r.Case, r.Broken, r.Why, r.Seconds, r.Exit, r.Log)
			said = said && r.Graceful
		}
		return said
	})
}

// alone runs one case under softstop with nothing beside it.
func alone(t *testing.T, name string) Result {
	t.Helper()
	o := Options{Parallel: 1, Repeat: 1}
	if err := o.choose(softstop, "^"+regexp.QuoteMeta(name)+"$"); err != nil {
		t.Fatal(err)
	}
	results, err := o.Run(context.Background(), os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	return results[0]
}

// TestSmellBaronsColumn runs a case under the program that was built from the folder
// named by -smell-baron; here that is the stand-in, which is right in this case.
func TestSmellBaronsColumn(t *testing.T) {
	o := Options{Parallel: 1, Repeat: 1, SmellBaron: standIn}
	if err := o.choose("smell-baron,smell-baron -a", "^dash: trap that kills and waits$"); err != nil {
		t.Fatal(err)
	}
	results, err := o.Run(context.Background(), os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if !r.Graceful {
			t.Errorf("under %s: %s%s\n%s", r.Init, r.Broken, r.Why, r.Log)
		}
	}
	if len(results) != 2 {
		t.Errorf("%d cells", len(results))
	}
}
