package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/softstop/softstop/cmd/softstop/terminal"
	"github.com/softstop/softstop/cmd/softstop/timeline"
	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
)

// maxWidth keeps timelines readable on wide terminals.
const maxWidth = 100

func printExplanations(w io.Writer, explained []explanation) {
	paint := terminal.Painter(w)
	width := min(terminal.Width(w, 80)-2, maxWidth)
	drawn := false
	for i := range explained {
		if i > 0 {
			fmt.Fprintln(w)
		}
		drawn = explained[i].print(w, width, paint) || drawn
	}
	if drawn {
		fmt.Fprintf(w, "\n%s\n", timeline.Legend(charts(explained)))
	}
}

// print writes the explanation and reports whether there was a plan to draw.
func (e *explanation) print(w io.Writer, width int, paint terminal.Paint) (drawn bool) {
	fmt.Fprintln(w, e.title)
	for _, warning := range e.Warnings {
		fmt.Fprintf(w, "  %s %s\n", paint(terminal.Mind, "warning:"), warning)
	}
	if e.Already != "" {
		fmt.Fprintf(w, "  injected already, by softstop %s; what follows is about the pod if it were created anew\n", e.Already)
	}
	if e.Injected {
		fmt.Fprintf(w, "  injected: %s\n", asker(e.By))
	} else {
		fmt.Fprintf(w, "  left unchanged (%s): %s\n", e.Reason, e.Message)
	}
	switch {
	case e.plan.Skip == e.Reason && !e.Injected:
		return false
	case e.plan.Skip != "":
		fmt.Fprintf(w, "  %s left unchanged (%s): %s\n", e.otherwise, e.plan.Skip, e.plan.Skip.Sentence())
		return false
	case !e.Injected:
		fmt.Fprintf(w, "  %s\n", e.otherwise)
	}
	if c := e.plan.Carrier; c != nil {
		fmt.Fprintf(w, "  carrier: %s, mounted at %s\n", c.Kind, c.MountPath)
	}
	before := ""
	if e.GracePeriodBefore != "" {
		before = ", raised from " + e.GracePeriodBefore
	}
	fmt.Fprintf(w, "  grace period: %s%s\n", e.GracePeriod, before)
	for _, v := range e.Values {
		if v.Source != config.SourceDefault {
			fmt.Fprintf(w, "  %s: %s, from %s\n", v.Field, v.Value, v.Source)
		}
	}
	for i := range e.Containers {
		e.Containers[i].print(w, steps(&e.plan.Containers[i], e.plan.Grace))
	}
	chart, drawn := e.chart()
	if drawn {
		fmt.Fprintln(w)
		for line := range strings.Lines(chart.Text(width, paint)) {
			fmt.Fprintf(w, "  %s", line)
		}
	}
	return drawn
}

func (c *containerExplanation) print(w io.Writer, steps string) {
	fmt.Fprintf(w, "  container %s (%s): %s\n", c.Name, c.Kind, c.Action)
	if c.Reason != "" {
		fmt.Fprintf(w, "    %s: %s\n", c.Reason, c.Message)
	}
	if c.Action == inject.Left {
		return
	}
	fmt.Fprintf(w, "    plan: %s\n", steps)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, v := range c.Values {
		fmt.Fprintf(table, "    %s\t%s\tfrom %s\n", v.Field, v.Value, v.Source)
	}
	table.Flush()
}

// asker says who wanted the injection.
func asker(by config.Source) string {
	switch by {
	case config.SourcePod:
		return "the pod asks for it"
	case config.SourceNamespace:
		return "its namespace asks for it"
	default:
		return "the cluster's mode is optOut"
	}
}

// steps is the container's stop plan in one line.
func steps(c *inject.ContainerPlan, grace time.Duration) string {
	told, killed := course(c, grace)
	own, stops := c.Hook()
	var all []string
	switch {
	case own.Endless && !own.Stops:
		all = append(all, "0s its preStop hook, which never ends")
	case told.Max > 0:
		all = append(all, "0s drain")
	}
	switch {
	case stops:
		all = append(all, fmt.Sprintf("%s its preStop hook stops the program", told))
	case told.IsRange():
		all = append(all, fmt.Sprintf("%s stop signal, as soon as it is quiet for %s", told, c.Options.Quiet))
	case told.Max < grace:
		all = append(all, fmt.Sprintf("%s stop signal", told))
	}
	if killed < grace {
		all = append(all, fmt.Sprintf("%s kill what is left", killed))
	}
	return strings.Join(append(all, fmt.Sprintf("%s the kubelet kills", grace)), " → ")
}
