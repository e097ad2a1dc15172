package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/softstop/softstop/cmd/softstop/terminal"
	"github.com/softstop/softstop/cmd/softstop/timeline"
	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook"
)

func explainCommand() *cobra.Command {
	var in input
	var where circumstances
	var output format
	cmd := &cobra.Command{
		Use:   "explain -f FILE",
		Short: "Say what softstop does to the pods of a manifest, and why",
		Long: `Say what softstop does to the pods of a manifest: every value with its source, why
containers are left alone, and the stop plan as a timeline. For a pod that did not opt
in it says so, and what would happen if it did.`,
		Example: "  softstop explain -f deploy.yaml\n  softstop explain -f deploy.yaml -o svg > plan.svg",
		RunE: func(cmd *cobra.Command, _ []string) error {
			files, err := in.read(cmd)
			if err != nil {
				return err
			}
			all, err := where.outcomes(cmd.Context(), files)
			if err != nil {
				return err
			}
			explained := make([]explanation, len(all))
			for i, o := range all {
				explained[i] = explain(o)
			}
			switch out := cmd.OutOrStdout(); output.value {
			case "json":
				return printJSON(out, explained)
			case "svg":
				return timeline.SVG(out, charts(explained))
			default:
				printExplanations(out, explained)
				return nil
			}
		},
	}
	in.flags(cmd)
	where.flags(cmd)
	output.flag(cmd, "text, json, or svg (the timelines as a picture)", "text", "json", "svg")
	return cmd
}

// explanation is everything about one pod, as -o json prints it. Durations are texts
// such as 5s.
type explanation struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
	// Injected is whether the webhook would inject the pod, and Reason why not.
	Injected bool           `json:"injected"`
	Reason   webhook.Reason `json:"reason,omitempty"`
	Message  string         `json:"message,omitempty"`
	// The plan, for pods that the webhook injects or would if they opted in.
	Carrier           config.Carrier         `json:"carrier,omitempty"`
	GracePeriod       string                 `json:"gracePeriod,omitempty"`
	GracePeriodBefore string                 `json:"gracePeriodBefore,omitempty"`
	Containers        []containerExplanation `json:"containers,omitempty"`
	Warnings          []string               `json:"warnings,omitempty"`

	title string
	plan  webhook.Plan
	by    config.Source // who asked for the injection, or refused it
}

type containerExplanation struct {
	Name        string         `json:"name"`
	Kind        webhook.Kind   `json:"kind"`
	Action      webhook.Action `json:"action"`
	Reason      webhook.Reason `json:"reason,omitempty"`
	Message     string         `json:"message,omitempty"`
	Drain       string         `json:"drain,omitempty"`
	StopTimeout string         `json:"stopTimeout,omitempty"`
	Values      []sourced      `json:"values,omitempty"`
}

// sourced is a value and where it comes from.
type sourced struct {
	Field  config.Field  `json:"field"`
	Value  string        `json:"value"`
	Source config.Source `json:"source"`
}

// explain puts an outcome into words. The outcome was asked for; whether the webhook
// would have asked is decided here, by the webhook's own rules.
func explain(o outcome) explanation {
	unasked := o.facts
	unasked.Requested = false
	decided := webhook.Decide(o.Pod, unasked)
	skip := cmp.Or(decided.Skip, o.plan.Skip)
	e := explanation{
		File: o.File(), Line: o.Line(), Kind: o.Kind, Namespace: o.Namespace, Name: o.Name,
		Injected: skip == "", Reason: skip, title: o.Title(), plan: o.plan, by: decided.Consent.By,
	}
	if skip != "" {
		e.Message = skip.Sentence()
	}
	for _, warning := range o.plan.Warnings {
		e.Warnings = append(e.Warnings, strings.TrimPrefix(warning, "softstop: "))
	}
	if o.plan.Skip != "" {
		return e
	}
	if o.plan.Carrier != nil {
		e.Carrier = o.plan.Carrier.Kind
	}
	e.GracePeriod = o.plan.Grace.String()
	if o.plan.Grace != o.plan.GraceBefore {
		e.GracePeriodBefore = o.plan.GraceBefore.String()
	}
	for i := range o.plan.Containers {
		e.Containers = append(e.Containers, explainContainer(&o.plan.Containers[i]))
	}
	return e
}

func explainContainer(c *webhook.ContainerPlan) containerExplanation {
	e := containerExplanation{Name: c.Name, Kind: c.Kind, Action: c.Action, Reason: c.Reason}
	if c.Reason != "" {
		e.Message = c.Sentence()
	}
	if c.Action == webhook.Left {
		return e
	}
	if c.Drain > 0 {
		e.Drain = c.Drain.String()
	}
	if c.Action == webhook.Wrapped {
		e.StopTimeout = c.StopTimeout.String()
	}
	p := c.Policy
	signal := "as it arrives"
	if p.StopSignal.Value != 0 {
		signal = p.StopSignal.Value.String()
	}
	e.Values = []sourced{
		{config.FieldDrain, p.Drain.Value.String(), p.Drain.Source},
		{config.FieldStopTimeout, p.StopTimeout.Value.String(), p.StopTimeout.Source},
		{config.FieldStopSignal, signal, p.StopSignal.Source},
		{config.FieldSignalTarget, p.SignalTarget.Value.String(), p.SignalTarget.Source},
		{config.FieldOKExitCodes, cmp.Or(p.OKExitCodes.Value.String(), "none"), p.OKExitCodes.Source},
	}
	if p.Command.Value != nil {
		e.Values = append(e.Values, sourced{config.FieldCommand, strings.Join(p.Command.Value, " "), p.Command.Source})
	}
	return e
}

// chart is the plan as a picture; drawn is false if there is none.
func (e *explanation) chart() (chart timeline.Chart, drawn bool) {
	chart = timeline.Chart{Title: e.title, Grace: e.plan.Grace}
	for _, c := range e.plan.Containers {
		lane := timeline.Lane{Name: c.Name, Drain: c.Drain}
		if c.Action == webhook.Wrapped {
			lane.Stop = c.StopTimeout
		}
		if c.Action != webhook.Left {
			chart.Lanes = append(chart.Lanes, lane)
		}
	}
	return chart, len(chart.Lanes) > 0
}

func charts(explained []explanation) (all []timeline.Chart) {
	for i := range explained {
		if chart, drawn := explained[i].chart(); drawn {
			all = append(all, chart)
		}
	}
	return all
}

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
		fmt.Fprintf(w, "\n%s\n", timeline.Legend())
	}
}

// print writes the explanation and reports whether there was a plan to draw.
func (e *explanation) print(w io.Writer, width int, paint terminal.Paint) (drawn bool) {
	fmt.Fprintln(w, e.title)
	for _, warning := range e.Warnings {
		fmt.Fprintf(w, "  %s %s\n", paint(terminal.Mind, "warning:"), warning)
	}
	if e.Injected {
		fmt.Fprintf(w, "  injected: %s\n", asker(e.by))
	} else {
		fmt.Fprintf(w, "  left unchanged (%s): %s\n", e.Reason, e.Message)
	}
	switch {
	case e.plan.Skip == e.Reason && !e.Injected:
		return false
	case e.plan.Skip != "":
		fmt.Fprintf(w, "  if it opted in: left unchanged (%s): %s\n", e.plan.Skip, e.plan.Skip.Sentence())
		return false
	case !e.Injected:
		fmt.Fprintln(w, "  if it opted in:")
	}
	if c := e.plan.Carrier; c != nil {
		fmt.Fprintf(w, "  carrier: %s, mounted at %s\n", c.Kind, c.MountPath)
	}
	before := ""
	if e.GracePeriodBefore != "" {
		before = ", raised from " + e.GracePeriodBefore
	}
	fmt.Fprintf(w, "  grace period: %s%s\n", e.GracePeriod, before)
	for i, c := range e.Containers {
		fmt.Fprintf(w, "  container %s (%s): %s\n", c.Name, c.Kind, c.Action)
		if c.Reason != "" {
			fmt.Fprintf(w, "    %s: %s\n", c.Reason, c.Message)
		}
		if c.Action == webhook.Left {
			continue
		}
		fmt.Fprintf(w, "    plan: %s\n", steps(&e.plan.Containers[i], e.plan.Grace))
		table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, v := range c.Values {
			fmt.Fprintf(table, "    %s\t%s\tfrom %s\n", v.Field, v.Value, v.Source)
		}
		table.Flush()
	}
	chart, drawn := e.chart()
	if drawn {
		fmt.Fprintln(w)
		for line := range strings.Lines(chart.Text(width, paint)) {
			fmt.Fprint(w, "  ", line)
		}
	}
	return drawn
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
func steps(c *webhook.ContainerPlan, grace time.Duration) string {
	var all []string
	at := time.Duration(0)
	if c.Drain > 0 {
		all = append(all, "0s drain")
		at = c.Drain
	}
	all = append(all, fmt.Sprintf("%s stop signal", at))
	if c.Action == webhook.Wrapped {
		all = append(all, fmt.Sprintf("%s kill what is left", at+c.StopTimeout))
	}
	return strings.Join(append(all, fmt.Sprintf("%s the kubelet kills", grace)), " → ")
}

func printJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
