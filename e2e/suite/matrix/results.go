package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// outcome is what became of a case; the words are go test's.
type outcome string

const (
	passedCase  outcome = "pass"
	failedCase  outcome = "fail"
	skippedCase outcome = "skip"
)

// results are one version's.
type results struct {
	version string
	took    time.Duration
	// names are the cases in the order in which they were listed, of their outcomes.
	names []string
	of    map[string]outcome
}

func (r results) count(o outcome) int {
	n := 0
	for _, got := range r.of {
		if got == o {
			n++
		}
	}
	return n
}

// event is a line of go test -json.
type event struct {
	Action, Test, Output string
}

// Test names of the suite: the subtests with a case each.
const (
	test  = "TestNode"
	cases = test + "/pods/"
)

// others are the suite's other tests of the starred pods.
func others() []string {
	return []string{"a_tag_is_pushed_again", "registries_that_fail", "webhook_and_certificate_are_replaced_under_load", "the_webhook_is_down"}
}

// runOn runs the suite's starred pods on one version. A case that fails is no error.
func runOn(ctx context.Context, version string) (results, error) {
	begin := time.Now()
	filter := test + "/^(pods|" + strings.Join(others(), "|") + ")$"
	cmd := exec.CommandContext(ctx, "go", "test", "-json", "-tags", "e2e", "-count", "1", "-timeout", "60m", "-run", filter, "./e2e/suite")
	// The suite ends its node when it is told to end, so it must not be killed outright.
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.Env = append(os.Environ(), "SOFTSTOP_KUBERNETES="+version)
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return results{}, err
	}
	if err := cmd.Start(); err != nil {
		return results{}, fmt.Errorf("run the suite on %s: %w", version, err)
	}
	r, err := read(stdout, os.Stderr)
	r.version, r.took = version, time.Since(begin)
	ended := cmd.Wait()
	var code *exec.ExitError
	if errors.As(ended, &code) && r.count(failedCase) > 0 {
		ended = nil
	}
	if err := errors.Join(ctx.Err(), err, ended); err != nil {
		return r, fmt.Errorf("run the suite on %s: %w", version, err)
	}
	return r, nil
}

// read reads what go test -json writes, and passes what the tests say on to people.
func read(from io.Reader, people io.Writer) (results, error) {
	r := results{of: map[string]outcome{}}
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(bytes.TrimSpace(lines.Bytes()), &e); err != nil {
			return r, fmt.Errorf("read the line %q of go test: %w", lines.Text(), err)
		}
		switch name, is := caseOf(e.Test); {
		case e.Action == "output":
			_, _ = io.WriteString(people, e.Output)
		case !is:
		case e.Action == "run":
			r.names = append(r.names, name)
		case e.Action == string(passedCase) || e.Action == string(failedCase) || e.Action == string(skippedCase):
			r.of[name] = outcome(e.Action)
		}
	}
	return r, lines.Err()
}

// caseOf is a test's name in the table, if it is a case.
func caseOf(name string) (string, bool) {
	if c, is := strings.CutPrefix(name, cases); is {
		return c, true
	}
	for _, o := range others() {
		if name == test+"/"+o {
			return strings.ReplaceAll(o, "_", " "), true
		}
	}
	return "", false
}
