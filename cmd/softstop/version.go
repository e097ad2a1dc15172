package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/softstop/softstop/cmd/softstop/report"
	"github.com/softstop/softstop/initbin"
)

func versionCommand() *cobra.Command {
	var output format
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if output.value != "text" {
				return report.Object(cmd.OutOrStdout(), output.value, map[string]string{"version": initbin.Version})
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "softstop", initbin.Version)
			return err
		},
	}
	output.flag(cmd, "text, json or yaml", "text", "json", "yaml")
	return cmd
}
