package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/softstop/softstop/config"
)

func validateConfigCommand() *cobra.Command {
	var files []string
	cmd := &cobra.Command{
		Use:   "validate-config -f FILE",
		Short: "Check the cluster's configuration file",
		Long: `Check the cluster's configuration file, as the webhook reads it: every error with its
path and what is allowed. The exit code is 1 if there is one, 2 if a file cannot be read.`,
		Example: "  kubectl -n softstop-system get configmap softstop -o 'jsonpath={.data.config\\.yaml}' | softstop validate-config -f -",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			paths, err := expand(files, false)
			if err != nil {
				return err
			}
			bad := false
			for _, path := range paths {
				name, data, err := load(cmd, path)
				if err != nil {
					return err
				}
				if _, err := config.Parse(data); err != nil {
					bad = true
					fmt.Fprintf(cmd.OutOrStdout(), "%s: is no valid configuration:\n%s\n", name, indented(err.Error()))
				} else {
					fmt.Fprintf(cmd.OutOrStdout(), "%s: valid\n", name)
				}
			}
			if bad {
				return errFound
			}
			return nil
		},
	}
	cmd.Flags().StringArrayVarP(&files, "filename", "f", nil, "configuration `file`, - for standard input; can be repeated")
	// The flag is defined above, which is the only way these can fail.
	_ = cmd.MarkFlagRequired("filename")
	_ = cmd.MarkFlagFilename("filename", "yaml", "yml")
	return cmd
}

// indented puts two spaces before every line.
func indented(text string) string {
	return "  " + strings.ReplaceAll(text, "\n", "\n  ")
}
