package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook"
)

func explainCommand() *cobra.Command {
	var in input
	cmd := &cobra.Command{
		Use:   "explain -f FILE",
		Short: "Say what softstop does to the pods of a manifest, and why",
		Long: `Say what softstop does to the pods of a manifest: every value with its source, why
containers are left alone, and the stop plan.`,
		Example: "  softstop explain -f deploy.yaml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, outcomes, err := in.read(cmd)
			if err != nil {
				return err
			}
			for i, o := range outcomes {
				if i > 0 {
					fmt.Fprintln(cmd.OutOrStdout())
				}
				explain(cmd.OutOrStdout(), o)
			}
			return nil
		},
	}
	in.flags(cmd)
	return cmd
}

func explain(w io.Writer, o outcome) {
	fmt.Fprintln(w, o.template.Title)
	for _, warning := range o.plan.Warnings {
		fmt.Fprintf(w, "  warning: %s\n", strings.TrimPrefix(warning, "softstop: "))
	}
	if o.plan.Skip != "" {
		fmt.Fprintf(w, "  left unchanged (%s): %s\n", o.plan.Skip, o.plan.Skip.Sentence())
		return
	}
	if c := o.plan.Carrier; c != nil {
		fmt.Fprintf(w, "  carrier: %s, mounted at %s\n", c.Kind, c.MountPath)
	}
	before := ""
	if o.plan.Grace != o.plan.GraceBefore {
		before = fmt.Sprintf(", raised from %s", o.plan.GraceBefore)
	}
	fmt.Fprintf(w, "  grace period: %s%s\n", o.plan.Grace, before)
	for i := range o.plan.Containers {
		explainContainer(w, &o.plan.Containers[i], o.plan.Grace)
	}
}

func explainContainer(w io.Writer, c *webhook.ContainerPlan, grace time.Duration) {
	fmt.Fprintf(w, "  container %s (%s): %s\n", c.Name, c.Kind, c.Action)
	if c.Reason != "" {
		fmt.Fprintf(w, "    %s: %s\n", c.Reason, c.Sentence())
	}
	if c.Action == webhook.Left {
		return
	}
	fmt.Fprintf(w, "    plan: %s\n", timeline(c, grace))
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name config.Field, value any, source config.Source) {
		fmt.Fprintf(table, "    %s\t%v\tfrom %s\n", name, value, source)
	}
	p := c.Policy
	row(config.FieldDrain, p.Drain.Value, p.Drain.Source)
	row(config.FieldStopTimeout, p.StopTimeout.Value, p.StopTimeout.Source)
	row(config.FieldStopSignal, signalName(p), p.StopSignal.Source)
	row(config.FieldSignalTarget, p.SignalTarget.Value, p.SignalTarget.Source)
	row(config.FieldOKExitCodes, cmp.Or(p.OKExitCodes.Value.String(), "none"), p.OKExitCodes.Source)
	table.Flush()
}

func signalName(p config.Policy) string {
	if p.StopSignal.Value == 0 {
		return "as it arrives"
	}
	return p.StopSignal.Value.String()
}

// timeline is the container's stop plan in one line.
func timeline(c *webhook.ContainerPlan, grace time.Duration) string {
	var steps []string
	at := time.Duration(0)
	if c.Drain > 0 {
		steps = append(steps, "0s drain")
		at = c.Drain
	}
	steps = append(steps, fmt.Sprintf("%s stop signal", at))
	if c.Action == webhook.Wrapped {
		steps = append(steps, fmt.Sprintf("%s kill what is left", at+c.StopTimeout))
	}
	return strings.Join(append(steps, fmt.Sprintf("%s the kubelet kills", grace)), " → ")
}
