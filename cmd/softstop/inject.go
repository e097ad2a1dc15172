package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"
)

func injectCommand() *cobra.Command {
	var in input
	var output string
	cmd := &cobra.Command{
		Use:   "inject -f FILE",
		Short: "Print a manifest with softstop in its pods",
		Long: `Print a manifest with softstop in its pods: Pods, and the pod templates of every
workload kind, in any number of documents. Comments and the order of keys are kept.
Pods that say softstop.dev/inject: "false" are left alone. Warnings go to standard
error.`,
		Example: "  softstop inject -f deploy.yaml | kubectl apply -f -",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if output != "yaml" && output != "patch" {
				return fmt.Errorf("--output %q: must be yaml or patch", output)
			}
			return inject(cmd, &in, output)
		},
	}
	in.flags(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", "yaml", "yaml, or patch for the JSON patch of each pod")
	return cmd
}

func inject(cmd *cobra.Command, in *input, output string) error {
	file, outcomes, err := in.read(cmd)
	if err != nil {
		return err
	}
	for _, o := range outcomes {
		for _, warning := range o.plan.Warnings {
			fmt.Fprintf(cmd.ErrOrStderr(), "%s: %s\n", o.template.Title, warning)
		}
		if output == "patch" {
			encoder := json.NewEncoder(cmd.OutOrStdout())
			encoder.SetEscapeHTML(false)
			if err := encoder.Encode(o.operations); err != nil {
				return fmt.Errorf("print the patch of %s: %w", o.template.Title, err)
			}
			continue
		}
		if err := o.template.Apply(o.operations); err != nil {
			return fmt.Errorf("patch %s: %w", o.template.Title, err)
		}
	}
	if output == "patch" {
		return nil
	}
	text, err := file.Bytes()
	if err != nil {
		return fmt.Errorf("print %q: %w", in.file, err)
	}
	_, err = cmd.OutOrStdout().Write(text)
	return err
}
