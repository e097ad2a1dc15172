package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/webhook/policy"
)

func policyCommand() *cobra.Command {
	var file, name, carrier string
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Print a MutatingAdmissionPolicy that does what it can without a webhook",
		Long: `Print a MutatingAdmissionPolicy and its binding (Kubernetes 1.36) that do without a
webhook what expressions can: opting in, drain, grace period and preStop hooks, and the
init in front of commands that the pod has. They are made from the configuration file
that the webhook reads. What they leave out is printed above them; a pod of which they
know less than the webhook stays as it was sent.`,
		Example: "  softstop policy --carrier image | kubectl apply -f -\n  softstop policy -f config.yaml --carrier node",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c := config.Default()
			if file != "" {
				from, data, err := load(cmd, file)
				if err != nil {
					return err
				}
				if c, err = config.Parse(data); err != nil {
					return fmt.Errorf("%s: %w", from, err)
				}
			}
			out, err := policy.Write(c, policy.Options{Name: name, Carrier: config.Carrier(carrier), Version: initbin.Version})
			if err != nil {
				return err
			}
			fmt.Fprint(cmd.OutOrStdout(), out)
			return nil
		},
	}
	cmd.Flags().StringVarP(&file, "filename", "f", "", "the cluster's configuration `file`, - for standard input; without it what is built in")
	cmd.Flags().StringVar(&name, "name", "softstop", "the `name` of the policy and its binding")
	cmd.Flags().StringVar(&carrier, "carrier", "", "what every node has: image (image volumes) or node (softstop's plugin); without it the configuration's")
	_ = cmd.MarkFlagFilename("filename", "yaml", "yml") // the flag is defined above
	return cmd
}
