package main

import (
	"cmp"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/softstop/softstop/cmd/softstop/finding"
	"github.com/softstop/softstop/cmd/softstop/manifest"
	"github.com/softstop/softstop/cmd/softstop/parallel"
	"github.com/softstop/softstop/cmd/softstop/report"
	"github.com/softstop/softstop/cmd/softstop/silence"
	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/initbin"
)

// checkPatch is the format that is no report: the fixes that are certain, as patches.
const checkPatch = "patch"

func checkCommand() *cobra.Command {
	var in input
	var where circumstances
	var chosen choice
	var output format
	cmd := &cobra.Command{
		Use:   "check -f FILE",
		Short: "Say which pods of a manifest will not stop well, and why",
		Long: `Say which pods of a manifest will not stop well, and why. A pod that opted in is looked
at as the webhook will leave it; of any other it is said what softstop would fix.

What you decided to live with is silenced by the annotation softstop.dev/ignore on the
workload or its pods, by a file of checks, or by a baseline. With -o patch each line is one
object's JSON patch with the fixes that are certain to help and to change nothing else;
--fix writes these into the files.

The exit code is 1 if there is a warning, 2 if a file cannot be read; notes, about what
the spec does not tell, do not count. docs/cli.md lists all there is to find.`,
		Example: "  softstop check -f deploy/ -R\n  softstop check -f deploy/ -R -o sarif > softstop.sarif\n  softstop check -f deploy/ -R --write-baseline softstop-baseline.yaml",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runCheck(cmd, &in, &where, &chosen, output.value)
		},
	}
	in.flags(cmd)
	where.flags(cmd)
	output.flag(cmd, "text, json, yaml, sarif, junit, or patch (JSON patches)", append(report.Formats(), checkPatch)...)
	chosen.flags(cmd)
	return cmd
}

func runCheck(cmd *cobra.Command, in *input, where *circumstances, chosen *choice, format string) error {
	if err := chosen.load(cmd); err != nil {
		return err
	}
	files, err := in.read(cmd)
	if err != nil {
		return err
	}
	all, err := where.outcomes(cmd.Context(), files)
	if err != nil {
		return err
	}
	services := servicesOf(files, in.namespace)
	result := report.Report{Pods: make([]report.Pod, len(all)), Unread: len(in.unread.named) + len(in.unread.found)}
	var fixes []change
	found, err := findAll(all, services)
	if err != nil {
		return err
	}
	for i, o := range all {
		pod, silenced := chosen.count(o, found[i])
		next := (*manifest.Template)(nil)
		if i+1 < len(all) {
			next = &all[i+1].Template
		}
		o.Forget(next)
		result.Pods[i] = pod
		result.Silenced += silenced
		if fix := fixOf(o, pod); len(fix.operations) > 0 {
			fixes = append(fixes, fix)
		}
	}
	result.Gone = chosen.known.Gone()
	if chosen.write != "" {
		return in.end(chosen.writeBaseline(cmd, result))
	}
	if chosen.fix {
		return in.end(fixFiles(cmd, files, fixes))
	}
	if format == checkPatch {
		return in.end(printPatches(cmd.OutOrStdout(), fixes))
	}
	if err := report.Write(cmd.OutOrStdout(), format, initbin.Version, result); err != nil {
		return err
	}
	if result.Bad() {
		return in.end(errFound)
	}
	return in.end(nil)
}

// findAll returns what is found about each pod.
func findAll(all []outcome, services map[string][]finding.Service) ([]finding.Report, error) {
	found, errs := make([]finding.Report, len(all)), make([]error, len(all))
	parallel.Each(all, func(i int, o outcome) {
		if found[i], errs[i] = finding.Of(o.Pod, o.facts, finding.Asked{Plan: o.plan, Operations: o.operations}, services[o.Namespace]); errs[i] != nil {
			errs[i] = fmt.Errorf("check %s: %w", o.Title(), errs[i])
		}
	})
	return found, cmp.Or(errs...)
}

// count returns what of the findings about one pod counts, and how many do not.
func (c *choice) count(o outcome, found finding.Report) (pod report.Pod, silenced int) {
	pod = report.Pod{File: o.File(), Line: o.Line(), Object: o.Title(), Injected: found.Injected, Findings: []report.Located{}}
	var all []report.Located
	for _, f := range found.Findings {
		all = append(all, report.Located{Finding: f, Line: o.Line(f.Path...)})
	}
	for _, key := range o.Mistyped {
		all = append(all, report.Located{Finding: finding.MistypedKey(key.Key, key.Meant, key.Path), Line: o.Line(key.Path...)})
	}
	for _, stray := range o.Strays {
		all = append(all, report.Located{Finding: finding.Stray(stray.Key, stray.Where, stray.Meant), Line: stray.Line})
	}
	ignored, unknown := silence.Ignored(o.Ignore(), o.Pod.Annotations[config.IgnoreKey])
	for _, name := range unknown {
		all = append(all, report.Located{Finding: silence.UnknownIgnore(name), Line: o.Line("metadata", "annotations", config.IgnoreKey)})
	}
	for _, f := range all {
		counted, kept := c.keeps(f.Finding, o, ignored)
		if !kept {
			silenced++
			continue
		}
		pod.Findings = append(pod.Findings, report.Located{Finding: counted, Line: f.Line})
	}
	return pod, silenced
}
