package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/softstop/softstop/cmd/softstop/finding"
	"github.com/softstop/softstop/cmd/softstop/report"
	"github.com/softstop/softstop/initbin"
)

func checkCommand() *cobra.Command {
	var in input
	var where circumstances
	var output format
	cmd := &cobra.Command{
		Use:   "check -f FILE",
		Short: "Say which pods of a manifest will not stop well, and why",
		Long: `Say which pods of a manifest will not stop well, and why. A pod that opted in is looked
at as the webhook will leave it; of any other it is said what softstop would fix.

The exit code is 1 if there is a warning, 2 if a file cannot be read; notes, about what
the spec does not tell, do not count. docs/cli.md lists all there is to find.`,
		Example: "  softstop check -f deploy/ -R\n  softstop check -f deploy/ -R -o sarif > softstop.sarif",
		RunE: func(cmd *cobra.Command, _ []string) error {
			files, err := in.read(cmd)
			if err != nil {
				return err
			}
			all, err := where.outcomes(cmd.Context(), files)
			if err != nil {
				return err
			}
			pods := make([]report.Pod, len(all))
			for i, o := range all {
				if pods[i], err = check(o); err != nil {
					return fmt.Errorf("check %s: %w", o.Title(), err)
				}
			}
			if err := report.Write(cmd.OutOrStdout(), output.value, initbin.Version, pods); err != nil {
				return err
			}
			if report.Bad(pods) {
				return in.end(errFound)
			}
			return in.end(nil)
		},
	}
	in.flags(cmd)
	where.flags(cmd)
	output.flag(cmd, "text, json, yaml, sarif or junit", report.Formats()...)
	return cmd
}

func check(o outcome) (report.Pod, error) {
	pod := report.Pod{File: o.File(), Line: o.Line(), Object: o.Title(), Findings: []report.Located{}}
	found, err := finding.Of(o.Pod, o.facts)
	if err != nil {
		return pod, err
	}
	pod.Injected = found.Injected
	for _, f := range found.Findings {
		pod.Findings = append(pod.Findings, report.Located{Finding: f, Line: o.Line(f.Path...)})
	}
	for _, stray := range o.Strays {
		pod.Findings = append(pod.Findings, report.Located{Finding: finding.Stray(stray.Key, stray.Where), Line: stray.Line})
	}
	return pod, nil
}
