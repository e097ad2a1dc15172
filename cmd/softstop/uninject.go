package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
)

func uninjectCommand() *cobra.Command {
	var in input
	var out destination
	cmd := &cobra.Command{
		Use:   "uninject -f FILE",
		Short: "Print a manifest without what softstop put into its pods",
		Long: `Print a manifest without what softstop put into its pods: by inject, or by the webhook
into a pod that was read from a cluster. What is left are the bytes from before inject.

The annotation softstop.dev/status tells whether a preStop sleep and the grace period
are the pod's own. Without it, or if the pod is not as it says, these stay.`,
		Example: "  kubectl get pod web-0 -o yaml | softstop uninject -f -",
		RunE: func(cmd *cobra.Command, _ []string) error {
			files, err := in.read(cmd)
			if err != nil {
				return err
			}
			var changes []change
			for _, file := range files {
				for _, t := range file.Templates {
					c := change{t, inject.Undo(t.Pod), "has nothing of softstop's"}
					if len(c.operations) > 0 {
						c.summary = "softstop is taken out"
						if _, err := inject.ReadStatus(t.Pod.Annotations[config.StatusKey]); err != nil {
							fmt.Fprintf(cmd.ErrOrStderr(), "%s:%d: %s: without its annotation %s nobody knows what was there before: a preStop sleep and the grace period stay\n",
								t.File(), t.Line(), t.Title(), config.StatusKey)
						}
					}
					changes = append(changes, c)
				}
			}
			return in.end(out.write(cmd, in.manifests(files), changes))
		},
	}
	in.flags(cmd)
	out.flags(cmd)
	return cmd
}
