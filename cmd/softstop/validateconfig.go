package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/softstop/softstop/cmd/softstop/report"
	"github.com/softstop/softstop/config"
)

func validateConfigCommand() *cobra.Command {
	var files []string
	var output format
	cmd := &cobra.Command{
		Use:   "validate-config -f FILE",
		Short: "Check the cluster's configuration file",
		Long: `Check the cluster's configuration file, as the webhook reads it: every error with its
path and what is allowed. The exit code is 1 if there is one, 2 if a file cannot be read.`,
		Example: "  kubectl -n softstop-system get configmap softstop-webhook -o 'jsonpath={.data.config\\.yaml}' | softstop validate-config -f -",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			paths, closed, err := expand(files, false)
			for _, one := range closed {
				err = errors.Join(err, errors.New(one.String()))
			}
			if err != nil {
				return err
			}
			paths = slices.DeleteFunc(paths, func(from source) bool { return from.other })
			verdicts := make([]verdict, len(paths))
			for i, from := range paths {
				name, data, err := load(cmd, from.path)
				if err != nil {
					return err
				}
				verdicts[i] = verdictOn(name, data)
			}
			if output.value == "text" {
				for _, v := range verdicts {
					v.print(cmd.OutOrStdout())
				}
			} else if err := report.Object(cmd.OutOrStdout(), output.value, verdicts); err != nil {
				return err
			}
			if slices.ContainsFunc(verdicts, func(v verdict) bool { return !v.Valid }) {
				return errFound
			}
			return nil
		},
	}
	cmd.Flags().StringArrayVarP(&files, "filename", "f", nil, "configuration `file`, - for standard input; can be repeated")
	// The flag is defined above, which is the only way these can fail.
	_ = cmd.MarkFlagRequired("filename")
	_ = cmd.MarkFlagFilename("filename", "yaml", "yml")
	output.flag(cmd, "text, json or yaml", "text", "json", "yaml")
	return cmd
}

// verdict is what is said about one configuration file, as -o json and -o yaml print it.
type verdict struct {
	File  string `json:"file"`
	Valid bool   `json:"valid"`
	// Errors are all that is wrong, each with its path and what is allowed.
	Errors []string `json:"errors"`
}

func verdictOn(name string, data []byte) verdict {
	v := verdict{File: name, Valid: true, Errors: []string{}}
	if _, err := config.Parse(data); err != nil {
		v.Valid, v.Errors = false, strings.Split(err.Error(), "\n")
	}
	return v
}

func (v verdict) print(w io.Writer) {
	if v.Valid {
		fmt.Fprintf(w, "%s: valid\n", v.File)
		return
	}
	fmt.Fprintf(w, "%s: is no valid configuration:\n  %s\n", v.File, strings.Join(v.Errors, "\n  "))
}
