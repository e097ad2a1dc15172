package main

import (
	"cmp"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/softstop/softstop/cmd/softstop/report"
	"github.com/softstop/softstop/cmd/softstop/timeline"
	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
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
			case "json", "yaml":
				return in.end(report.Object(out, output.value, explained))
			case "svg":
				return in.end(timeline.SVG(out, charts(explained)))
			default:
				printExplanations(out, explained)
				return in.end(nil)
			}
		},
	}
	in.flags(cmd)
	where.flags(cmd)
	output.flag(cmd, "text, json, yaml, or svg (the timelines as a picture)", "text", "json", "yaml", "svg")
	return cmd
}

// explanation is everything about one pod, as -o json and -o yaml print it. Durations are texts
// such as 5s.
type explanation struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
	// Injected is whether the webhook would inject the pod, By who decided that, and Reason
	// why not.
	Injected bool          `json:"injected"`
	By       config.Source `json:"by"`
	Reason   inject.Reason `json:"reason,omitempty"`
	Message  string        `json:"message,omitempty"`
	// Already is the softstop that is in the pod as it was read; empty if none is.
	Already string `json:"already,omitempty"`
	// The plan, for pods that the webhook injects or would if they opted in; the values are
	// those of the pod as a whole.
	Carrier           config.Carrier         `json:"carrier,omitempty"`
	Values            []sourced              `json:"values,omitempty"`
	GracePeriod       string                 `json:"gracePeriod,omitempty"`
	GracePeriodBefore string                 `json:"gracePeriodBefore,omitempty"`
	Containers        []containerExplanation `json:"containers,omitempty"`
	Warnings          []string               `json:"warnings,omitempty"`

	title string
	plan  inject.Plan
	// otherwise introduces the plan of a pod that the webhook leaves alone.
	otherwise string
}

type containerExplanation struct {
	Name        string        `json:"name"`
	Kind        inject.Kind   `json:"kind"`
	Action      inject.Action `json:"action"`
	Reason      inject.Reason `json:"reason,omitempty"`
	Message     string        `json:"message,omitempty"`
	Drain       string        `json:"drain,omitempty"`
	StopTimeout string        `json:"stopTimeout,omitempty"`
	// StopsAfter is after how long the container's own preStop hook stops the program, if it does;
	// Endless that this hook never ends, so that the program receives no signal.
	StopsAfter string    `json:"preStopStopsAfter,omitempty"`
	Endless    bool      `json:"preStopNeverEnds,omitempty"`
	Values     []sourced `json:"values,omitempty"`
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
	decided := inject.Decide(o.Pod, unasked)
	skip := cmp.Or(decided.Skip, o.plan.Skip)
	never := inject.NeverServed(o.facts.Namespace.Name)
	if never && skip == inject.ReasonNotOptedIn { // opting in would not help
		skip = inject.ReasonNeverServed
	}
	e := explanation{
		File: o.File(), Line: o.Line(), Kind: o.Kind, Namespace: o.Namespace, Name: o.Name,
		Injected: skip == "", Reason: skip, Warnings: o.warnings(), title: o.Title(), plan: o.plan, By: decided.Consent.By,
		otherwise: "if it opted in:",
	}
	if never {
		e.otherwise = "with softstop inject:"
	}
	switch {
	case skip == inject.ReasonOptedOut && e.By == config.SourcePod:
		e.Message = "the pod opted out"
	case skip == inject.ReasonOptedOut:
		e.Message = "its namespace opted out"
	case skip != "":
		e.Message = skip.Sentence()
	}
	if o.Pod.Labels[config.InjectedKey] == "true" {
		// Without a status nobody knows which.
		status, _ := inject.ReadStatus(o.Pod.Annotations[config.StatusKey])
		e.Already = cmp.Or(status.Version, "unknown")
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
	e.Values = podValues(o.plan)
	for i := range o.plan.Containers {
		e.Containers = append(e.Containers, explainContainer(&o.plan.Containers[i]))
	}
	return e
}

// podValues are the values that hold for the pod as a whole. Every container's policy has
// them.
func podValues(plan inject.Plan) []sourced {
	if len(plan.Containers) == 0 {
		return nil
	}
	return settingsOf(plan.Containers[0].Policy, false)
}

// settingsOf returns the settings of a policy that can be made for single containers, or the
// others.
func settingsOf(policy config.Policy, perContainer bool) (all []sourced) {
	for _, setting := range policy.Written() {
		if setting.Field.PerContainer() == perContainer {
			all = append(all, sourced{setting.Field, setting.Text, setting.Source})
		}
	}
	return all
}

func explainContainer(c *inject.ContainerPlan) containerExplanation {
	e := containerExplanation{Name: c.Name, Kind: c.Kind, Action: c.Action, Reason: c.Reason}
	if c.Reason != "" {
		e.Message = c.Sentence()
	}
	if c.Action == inject.Left {
		return e
	}
	if c.Drain.Max > 0 {
		e.Drain = c.Drain.String()
	}
	if own, stops := c.Hook(); stops {
		e.StopsAfter = own.Before.String()
	} else {
		e.Endless = own.Endless && !own.Stops
	}
	if c.Action == inject.Wrapped {
		e.StopTimeout = c.StopTimeout.String()
	}
	e.Values = slices.DeleteFunc(settingsOf(c.Policy, true), func(v sourced) bool {
		return v.Field == config.FieldQuiet && v.Source == config.SourceDefault && !c.Drain.IsRange() // it has no say there
	})
	return e
}

// chart is the plan as a picture; drawn is false if there is none.
func (e *explanation) chart() (chart timeline.Chart, drawn bool) {
	chart = timeline.Chart{Title: e.title, Grace: e.plan.Grace}
	for _, c := range e.plan.Containers {
		told, killed := course(&c, e.plan.Grace)
		lane := timeline.Lane{Name: c.Name, Drain: told.Max, Quiet: told.Min, Stop: killed - told.Max}
		if c.Action != inject.Left {
			chart.Lanes = append(chart.Lanes, lane)
		}
	}
	return chart, len(chart.Lanes) > 0
}

// course returns when the program of a container is told to stop, and when what is left of it is
// killed at the latest: by the init, or with the grace period.
func course(c *inject.ContainerPlan, grace time.Duration) (told config.Drain, killed time.Duration) {
	told, killed = c.Drain, grace
	if c.Action == inject.Wrapped {
		killed = min(c.Drain.Max+c.StopTimeout, grace)
	}
	switch own, stops := c.Hook(); {
	case stops:
		told = config.FixedDrain(min(own.Before, killed))
	case own.Endless && !own.Stops:
		told, killed = config.FixedDrain(grace), grace
	}
	return told, killed
}

func charts(explained []explanation) (all []timeline.Chart) {
	for i := range explained {
		if chart, drawn := explained[i].chart(); drawn {
			all = append(all, chart)
		}
	}
	return all
}
