package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/softstop/softstop/e2e/pace"
)

// runTime is how long a package's tests may take before go ends them, at the pace of two idle
// cores: it is what a condition that never comes is waited for.
const runTime = 20 * time.Minute

// test runs go test with the flags.
func test(ctx context.Context, flags []string) error {
	folder, err := ownFolder()
	if err != nil {
		return err
	}
	if !alone(filepath.Join(folder, "test.lock")) {
		fmt.Fprintln(os.Stderr, "another make test is under way on this machine; both go on, and each takes longer for it")
	}
	args := append([]string{"test", "-json", "-timeout", pace.Stretch(runTime).String()}, flags...)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // go ends the tests, and they clean up
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%g", pace.Variable, pace.Factor()))
	cmd.Stderr = os.Stderr
	said, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	before := filepath.Join(folder, "test.took")
	r := &run{to: os.Stderr, packages: count(flags), output: map[string]*strings.Builder{}, working: map[string]bool{}}
	fmt.Fprintf(os.Stderr, "testing %d packages%s\n", r.packages, lastTime(before))
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start go: %w", err)
	}
	t := tick(r.state)
	follow(said, r.note)
	t.stop()
	if err = cmd.Wait(); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "all %d packages passed after %s\n", r.packages, t.took())
	// It only says next time how long this took.
	_ = os.WriteFile(before, []byte(t.took().String()), 0o644)
	return nil
}

// count is how many packages will be tested.
func count(flags []string) int {
	args := []string{"list"}
	for _, f := range flags {
		if !strings.HasPrefix(f, "-") {
			args = append(args, f)
		}
	}
	out, err := exec.Command("go", args...).Output()
	if err != nil {
		return 0 // go test will say why
	}
	return strings.Count(string(out), "\n")
}

func lastTime(path string) string {
	took, err := os.ReadFile(path)
	if err != nil {
		return "; the first time on this machine they are compiled, which takes minutes"
	}
	return "; the last time that took " + string(took)
}

// event is a line of go test -json.
type event struct {
	Action, Package, Test, Output string
}

// follow hands every event to note; what is no event is passed on.
func follow(said io.Reader, note func(event)) {
	lines := json.NewDecoder(said)
	for {
		var e event
		if err := lines.Decode(&e); err != nil {
			if !errors.Is(err, io.EOF) {
				_, _ = io.Copy(os.Stderr, io.MultiReader(lines.Buffered(), said))
			}
			return
		}
		note(e)
	}
}

// run is what is known of the tests so far.
type run struct {
	to       io.Writer
	packages int

	mu      sync.Mutex
	done    int
	working map[string]bool
	// output is what each test has said, by package and name, until it is known how it ended.
	output map[string]*strings.Builder
}

// note takes an event in, and says what is worth it: a package's result, and a failed test's
// output.
func (r *run) note(e event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := e.Package + " " + e.Test
	switch e.Action {
	case "build-output":
		fmt.Fprint(r.to, e.Output)
	case "start":
		r.working[e.Package] = true
	case "output":
		if r.output[key] == nil {
			r.output[key] = &strings.Builder{}
		}
		r.output[key].WriteString(e.Output)
	case "pass", "skip", "fail":
		if e.Action == "fail" && e.Test == "" {
			r.unfinished(e.Package)
		}
		// A package that is skipped has no tests.
		if said := r.output[key]; said != nil && (e.Action == "fail" || e.Action == "pass" && e.Test == "") {
			fmt.Fprint(r.to, result(said.String(), e))
		}
		delete(r.output, key)
		if e.Test == "" {
			r.done++
			delete(r.working, e.Package)
		}
	}
}

// unfinished says what those tests of a failed package said that were at work when its process ended: of
// a crash, or of the time that was over, it has every goroutine's stack.
func (r *run) unfinished(ofPackage string) {
	for _, key := range slices.Sorted(maps.Keys(r.output)) {
		if test, ours := strings.CutPrefix(key, ofPackage+" "); ours && test != "" {
			fmt.Fprint(r.to, r.output[key])
			delete(r.output, key)
		}
	}
}

// result is what is shown of a test, or of a package, of which only the last line is a
// result where it passed.
func result(said string, e event) string {
	if e.Action == "fail" {
		return said
	}
	lines := strings.SplitAfter(strings.TrimSuffix(said, "\n"), "\n")
	return strings.TrimSuffix(lines[len(lines)-1], "\n") + "\n"
}

// state says how far the tests are.
func (r *run) state() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	names := []string{}
	for name := range r.working {
		_, short, found := strings.Cut(name, "softstop/softstop/")
		if !found {
			short = name
		}
		names = append(names, short)
	}
	slices.Sort(names)
	at := "compiling"
	if len(names) > 0 {
		at = "at work: " + strings.Join(names, ", ")
	}
	return fmt.Sprintf("%d of %d packages tested; %s", r.done, r.packages, at)
}
