//go:build linux

package trial

import (
	"fmt"
	"strings"
	"time"
)

// Outcome is how one pod's stop went.
type Outcome struct {
	Workload Workload
	// Softstop says whether the pod was injected.
	Softstop bool
	// Took is the time from the request to delete the pod until it was gone.
	Took time.Duration
	// ExitCode is the application container's; -1 when the pod's status never told.
	ExitCode int32
	// Message is the container's termination message.
	Message string
	// Log is all that the container wrote.
	Log string
}

// promised is what a stop may take beyond the application's own time: the kubelet and the API
// server need some of it.
const promised = 2 * time.Second

// Margin is what the stops among outcomes may take beyond the applications' own times: two seconds,
// or more on a machine that needs more by itself, as the pods without softstop show that stop as
// they should.
func Margin(outcomes []Outcome) time.Duration {
	margin := promised
	for _, o := range outcomes {
		if !o.Softstop && !o.Workload.Hangs {
			margin = max(margin, o.Took-o.Workload.Cleanup+time.Second)
		}
	}
	return margin
}

// Evidence is the last line of the log that shows the end of a cleanup, and whether all of them
// were seen.
func (o Outcome) Evidence() (line string, seen bool) {
	line, n := o.find(o.Workload.Evidence)
	seen = n >= o.Workload.Times
	if n > 0 && o.Workload.Times > 1 {
		line = fmt.Sprintf("%d of %d: %s", n, o.Workload.Times, line)
	}
	if n == 0 && o.Workload.Contrary != "" {
		line, n = o.find(o.Workload.Contrary)
	}
	if n == 0 {
		line = fmt.Sprintf("no %q", strings.TrimPrefix(o.Workload.Evidence, ": "))
	}
	return line, seen
}

// find returns the last line of the log with what in it, and how many there are.
func (o Outcome) find(what string) (last string, n int) {
	for l := range strings.Lines(o.Log) {
		if strings.Contains(l, what) {
			n++
			last = strings.TrimSpace(l)
		}
	}
	return last, n
}

// KilledBy names who ended the application by force.
func (o Outcome) KilledBy() string {
	switch {
	case o.ExitCode != 137 && !strings.Contains(o.Log, "softstop-init: killed"):
		return "nobody"
	case o.Softstop:
		return "softstop"
	default:
		return "kubelet (SIGKILL)"
	}
}

// limit is the longest that a stop with softstop may take.
func (o Outcome) limit(margin time.Duration) time.Duration {
	l := o.Workload.Cleanup + margin
	if o.Workload.Serves {
		l += Drain
	}
	return l
}

// Judge returns what contradicts the demo's claim: with softstop every stop takes the application's
// own time and its cleanup is seen; without it, the launch styles that hang do hang and clean up
// nothing. margin is what a stop may take beyond the application's own time.
func Judge(o Outcome, margin time.Duration) []string {
	var wrong []string
	complain := func(format string, args ...any) {
		wrong = append(wrong, fmt.Sprintf("%s (%s): ", o.Workload.Name, name(o.Softstop))+fmt.Sprintf(format, args...))
	}
	line, seen := o.Evidence()
	if o.Softstop {
		if limit := o.limit(margin); o.Took > limit {
			complain("took %.1f s, at most %.1f s was promised", o.Took.Seconds(), limit.Seconds())
		}
		if !seen {
			complain("cleanup not seen: %s", line)
		}
		if o.ExitCode != 0 {
			complain("exit code %d, want 0", o.ExitCode)
		}
		return wrong
	}
	if o.Workload.Hangs && (seen || o.Took < 25*time.Second) {
		complain("took %.1f s, cleanup seen: %v; it should have hung", o.Took.Seconds(), seen)
	}
	return wrong
}

func name(softstop bool) string {
	if softstop {
		return "softstop"
	}
	return "without"
}
