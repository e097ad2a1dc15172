package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/softstop/softstop/initbin"
)

func main() {
	if err := command().Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "softstop:", err)
		os.Exit(1)
	}
}

// command returns the command line. It is kubectl softstop, too, under the name
// kubectl-softstop.
func command() *cobra.Command {
	root := &cobra.Command{
		Use:           "softstop",
		Short:         "Pods that stop well, with no image rebuild",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(injectCommand(), explainCommand(), &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "softstop", initbin.Version)
			return err
		},
	})
	return root
}
