package timeline

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/softstop/softstop/cmd/softstop/terminal"
)

// Chart is one pod's stop plan.
type Chart struct {
	// Title names the pod.
	Title string
	// Grace is the pod's grace period: where the kubelet kills.
	Grace time.Duration
	// Lanes are its containers.
	Lanes []Lane
}

// Lane is one container's part.
type Lane struct {
	// Name is the container's.
	Name string
	// Drain is how long it goes on serving at most; the stop signal comes then.
	Drain time.Duration
	// Quiet is when the stop signal may come before that, as soon as nobody asks any more; as long
	// as Drain if it does not.
	Quiet time.Duration
	// Stop is the time from the stop signal until the init kills what is left; 0 if no
	// init does, so that the grace period decides.
	Stop time.Duration
}

// end returns when the container has ended at the latest.
func (l Lane) end(grace time.Duration) time.Duration {
	if l.Stop == 0 {
		return grace
	}
	return min(l.Drain+l.Stop, grace)
}

const (
	drains   = "░"
	listens  = "▒"
	stops    = "█"
	margin   = "·"
	killed   = "┤"
	minScale = 24
)

// Text draws the chart in at most width columns, a line for the time and one a lane.
func (c Chart) Text(width int, paint terminal.Paint) string {
	name := 0
	for _, lane := range c.Lanes {
		name = max(name, utf8.RuneCountInString(lane.Name))
	}
	scale := max(minScale, width-name-2-len(c.Grace.String()))
	column := func(at time.Duration) int {
		if c.Grace <= 0 {
			return 0
		}
		return int(int64(scale) * int64(at/time.Millisecond) / max(1, int64(c.Grace/time.Millisecond)))
	}
	var out strings.Builder
	out.WriteString(strings.Repeat(" ", name+2) + c.axis(column) + "\n")
	for _, lane := range c.Lanes {
		drain, end := column(lane.Drain), column(lane.end(c.Grace))
		if lane.Drain > 0 {
			drain = max(drain, 1)
		}
		least := min(column(min(lane.Quiet, lane.Drain)), drain)
		fmt.Fprintf(&out, "%-*s  %s%s%s%s\n", name, lane.Name,
			paint(terminal.Calm, strings.Repeat(drains, least)+strings.Repeat(listens, drain-least)),
			paint(terminal.Good, strings.Repeat(stops, max(0, end-drain))),
			paint(terminal.Faint, strings.Repeat(margin, max(0, scale-max(end, drain)))),
			paint(terminal.Alert, killed))
	}
	return out.String()
}

// axis is the line with the times: the first and the last always, the others where
// there is room.
func (c Chart) axis(column func(time.Duration) int) string {
	last := column(c.Grace)
	line := []rune(strings.Repeat(" ", last) + c.Grace.String())
	line[0] = '0'
	for _, at := range c.times() {
		text, from := []rune(at.String()), column(at)
		to := from + len(text)
		if from < 2 || to >= last || slices.ContainsFunc(line[from-1:to+1], func(r rune) bool { return r != ' ' }) {
			continue
		}
		copy(line[from:to], text)
	}
	return string(line)
}

// times are when something happens between the start and the end, in order.
func (c Chart) times() []time.Duration {
	var all []time.Duration
	for _, lane := range c.Lanes {
		all = append(all, lane.Quiet, lane.Drain, lane.end(c.Grace))
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(at time.Duration) bool { return at <= 0 || at >= c.Grace })
}

// Legend says what the signs of charts as Text mean.
func Legend(charts []Chart) string {
	quiet := ""
	for _, c := range charts {
		if slices.ContainsFunc(c.Lanes, func(l Lane) bool { return l.Quiet < l.Drain }) {
			quiet = listens + " until it is quiet   "
		}
	}
	return drains + " drains, still serving   " + quiet + stops + " stops; what is left at its end is killed by the init   " + margin + " margin   " + killed + " the kubelet kills"
}
