package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/softstop/softstop/cmd/softstop/finding"
	"github.com/softstop/softstop/cmd/softstop/report"
	"github.com/softstop/softstop/cmd/softstop/silence"
)

// checksFile is read if it is there and no other is named.
const checksFile = ".softstop.yaml"

// choice are the flags that say which findings count, and what becomes of them.
type choice struct {
	checks          string
	enable, disable []string
	severity        map[string]string
	baseline, write string
	fix             bool

	rules silence.Rules
	known *silence.Baseline
}

func (c *choice) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&c.checks, "checks", "", "`file` of checks; none means "+checksFile+" in this folder, if there is one")
	flags.StringSliceVar(&c.enable, "enable", nil, "only these `findings`")
	flags.StringSliceVar(&c.disable, "disable", nil, "all but these `findings`")
	flags.StringToStringVar(&c.severity, "severity", nil, "how much a finding matters: `finding=warning`, note or off")
	flags.StringVar(&c.baseline, "baseline", "", "only what is not in this `file`")
	flags.StringVar(&c.write, "write-baseline", "", "write what is found to this `file`, and do not fail for it")
	flags.BoolVar(&c.fix, "fix", false, "write the fixes that are certain into the files")
	cmd.MarkFlagsMutuallyExclusive("baseline", "write-baseline")
	cmd.MarkFlagsMutuallyExclusive("fix", "write-baseline")
	cmd.MarkFlagsMutuallyExclusive("fix", "output")
	for _, flag := range []string{"enable", "disable"} {
		// The flags are defined above, which is the only way this can fail.
		_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(silence.Names(), cobra.ShellCompDirectiveNoFileComp))
	}
}

// load reads the files and checks the flags.
func (c *choice) load(*cobra.Command) error {
	flags := silence.Rules{Enable: c.enable, Disable: c.disable, Severity: c.severity}
	if err := flags.Check(); err != nil {
		return fmt.Errorf("--%w", err)
	}
	name, optional := c.checks, c.checks == ""
	if optional {
		name = checksFile
	}
	data, err := os.ReadFile(name)
	switch {
	case err == nil:
		if c.rules, err = silence.ParseRules(data); err != nil {
			return fmt.Errorf("read checks %s: %w", name, err)
		}
	case !optional || !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("read checks: %w", err)
	}
	c.merge()
	if c.baseline == "" {
		return nil
	}
	if data, err = os.ReadFile(c.baseline); err != nil {
		return fmt.Errorf("read baseline: %w", err)
	}
	if c.known, err = silence.ParseBaseline(data); err != nil {
		return fmt.Errorf("read baseline %s: %w", c.baseline, err)
	}
	return nil
}

// merge lets flags win over the file.
func (c *choice) merge() {
	if len(c.enable) > 0 {
		c.rules.Enable = c.enable
	}
	c.rules.Disable = append(c.rules.Disable, c.disable...)
	severity := maps.Clone(c.rules.Severity)
	if severity == nil {
		severity = map[string]string{}
	}
	maps.Copy(severity, c.severity)
	c.rules.Severity = severity
}

// keeps returns f as it counts for o, and whether it does.
func (c *choice) keeps(f finding.Finding, o outcome, ignored []finding.ID) (finding.Finding, bool) {
	if slices.Contains(ignored, f.ID) {
		return f, false
	}
	f, counts := c.rules.Apply(f, silence.Object{Kind: o.Kind, Namespace: o.Namespace, Name: o.Name})
	return f, counts && !c.known.Has(knownAs(o.File(), o.Title(), f))
}

func knownAs(file, object string, f finding.Finding) silence.Known {
	return silence.Known{File: file, Object: object, Container: f.Container, Finding: f.ID}
}

// writeBaseline writes everything that is found to a file.
func (c *choice) writeBaseline(cmd *cobra.Command, result report.Report) error {
	var all []silence.Known
	for _, pod := range result.Pods {
		for _, f := range pod.Findings {
			all = append(all, knownAs(pod.File, pod.Object, f.Finding))
		}
	}
	text, err := silence.WriteBaseline(all)
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.write, text, 0o644); err != nil {
		return fmt.Errorf("write baseline: %w", err)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s written to %s\n", report.Count(len(all), "finding"), c.write)
	return err
}
