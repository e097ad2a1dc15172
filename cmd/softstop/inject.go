package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/softstop/softstop/webhook/inject"
)

func injectCommand() *cobra.Command {
	var in input
	var where circumstances
	var out destination
	cmd := &cobra.Command{
		Use:   "inject -f FILE",
		Short: "Print a manifest with softstop in its pods",
		Long: `Print a manifest with softstop in its pods: Pods, and the pod templates of every
workload kind, in any number of documents. What is added is added to the text; every
other byte stays. Pods that say softstop.dev/inject: "false" are left alone. Warnings
go to standard error.

With -o patch each line is one object's JSON patch, for kubectl patch --type=json -p.`,
		Example: "  softstop inject -f deploy.yaml | kubectl apply -f -",
		RunE: func(cmd *cobra.Command, _ []string) error {
			files, err := in.read(cmd)
			if err != nil {
				return err
			}
			all, err := where.outcomes(cmd.Context(), files)
			if err != nil {
				return err
			}
			var changes []change
			for _, o := range all {
				for _, warning := range o.warnings() {
					fmt.Fprintf(cmd.ErrOrStderr(), "%s:%d: %s: %s\n", o.File(), o.Line(), o.Title(), warning)
				}
				if o.Refused != "" {
					in.unread.refuse(o.Template)
					changes = append(changes, change{o.Template, nil, "left unchanged: " + o.Refused})
					continue
				}
				changes = append(changes, change{o.Template, o.operations, summary(o.plan)})
			}
			return in.end(out.write(cmd, in.manifests(files), changes))
		},
	}
	in.flags(cmd)
	where.flags(cmd)
	out.flags(cmd)
	return cmd
}

// summary is a plan in one line.
func summary(plan inject.Plan) string {
	if plan.Skip != "" {
		return fmt.Sprintf("left unchanged (%s): %s", plan.Skip, plan.Skip.Sentence())
	}
	var containers []string
	for _, c := range plan.Containers {
		text := fmt.Sprintf("%s %s", c.Name, c.Action)
		if c.Reason != "" {
			text += fmt.Sprintf(" (%s)", c.Reason)
		}
		containers = append(containers, text)
	}
	grace := ""
	if plan.Grace != plan.GraceBefore {
		grace = fmt.Sprintf("; grace period %s, was %s", plan.Grace, plan.GraceBefore)
	}
	return strings.Join(containers, ", ") + grace
}
