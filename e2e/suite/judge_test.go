//go:build e2e && linux

package suite

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/e2e/pace"
	"github.com/softstop/softstop/webhook/inject"
)

// busy is what a stop may take beyond its own time when many pods start and stop beside it. A stop
// that hangs takes 30 s.
const busy = 12 * time.Second

// judge returns what did not come true.
func (w want) judge(f found) []string {
	var wrong []string
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	w.judgeStatus(f, complain)
	if names := initNames(f); w.InitContainers != nil && !slices.Equal(names, w.InitContainers) {
		complain("init containers %v, want %v", names, w.InitContainers)
	}
	for _, part := range w.Warnings {
		if !strings.Contains(strings.Join(f.warnings, "\n"), part) {
			complain("no warning says %q: %q", part, f.warnings)
		}
	}
	if got := string(f.pod.Status.QOSClass); w.QOS != "" && got != w.QOS {
		complain("QoS class %s, want %s", got, w.QOS)
	}
	w.judgeLogs(f, complain)
	w.judgeEnd(f, complain)
	return wrong
}

func (w want) judgeStatus(f found, complain func(string, ...any)) {
	status, err := inject.ReadStatus(f.pod.Annotations[config.StatusKey])
	if err != nil {
		complain("status annotation: %v", err)
		return
	}
	if w.Carrier != "" && string(status.Carrier) != w.Carrier {
		complain("carrier %q, want %q", status.Carrier, w.Carrier)
	}
	for _, c := range status.Containers {
		got := strings.TrimSpace(string(c.Action) + " " + string(c.Reason))
		if want, said := w.Status[c.Name]; said && got != want {
			complain("container %s: %q, want %q", c.Name, got, want)
		}
		if want, said := w.Drain[c.Name]; said && c.Drain != want {
			complain("container %s: drain %q, want %q", c.Name, c.Drain, want)
		}
	}
	if len(status.Containers) != len(w.Status) {
		complain("status of %d containers, want %d", len(status.Containers), len(w.Status))
	}
}

func (w want) judgeLogs(f found, complain func(string, ...any)) {
	for container, parts := range w.Log {
		rest := f.logs[container]
		for _, part := range parts {
			_, after, seen := strings.Cut(rest, part)
			if !seen {
				complain("the log of %s has no %q, or not in this order:\n%s", container, part, f.logs[container])
				break
			}
			rest = after
		}
	}
	for _, part := range w.Silent {
		if strings.Contains(f.logs["app"], part) {
			complain("the log says %q:\n%s", part, f.logs["app"])
		}
	}
}

func (w want) judgeEnd(f found, complain func(string, ...any)) {
	limit := func() time.Duration { return w.Cleanup.Duration + pace.Stretch(busy) }
	if !pace.Holds(func() bool { return f.took <= limit() }) {
		complain("the stop took %.1f s, want at most %.1f s:\n%s", f.took.Seconds(), limit().Seconds(), f.logs["app"])
	}
	if f.took < w.AtLeast.Duration {
		complain("the stop took %.1f s, want at least %s", f.took.Seconds(), w.AtLeast.Duration)
	}
	end := f.ended()
	if end == nil {
		complain("the end of app was not seen: %s", describe(f.pod))
		return
	}
	if w.ExitCode != nil && end.ExitCode != *w.ExitCode {
		complain("exit code %d, want %d; log:\n%s", end.ExitCode, *w.ExitCode, f.logs["app"])
	}
	if w.Reason != "" && end.Reason != w.Reason {
		complain("ended for reason %q, want %q", end.Reason, w.Reason)
	}
	if got := string(f.job.Type); got != w.Job.Condition {
		complain("the job is %q, want %q", got, w.Job.Condition)
	}
	if w.Job.Reason != "" && f.job.Reason != w.Job.Reason {
		complain("the job's reason is %q, want %q", f.job.Reason, w.Job.Reason)
	}
}

func initNames(f found) []string {
	names := []string{}
	for _, c := range f.pod.Spec.InitContainers {
		names = append(names, c.Name)
	}
	return names
}
