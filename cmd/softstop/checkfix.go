package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/softstop/softstop/cmd/softstop/manifest"
	"github.com/softstop/softstop/cmd/softstop/report"
)

// fixOf is what the findings of a pod that are certain to be fixed change in it. Two findings may
// have the same fix.
func fixOf(o outcome, pod report.Pod) change {
	c := change{Template: o.Template}
	done := map[string]bool{}
	for _, f := range pod.Findings {
		for _, operation := range f.Repair {
			if !done[operation.Path] {
				c.operations = append(c.operations, operation)
			}
			done[operation.Path] = true
		}
	}
	return c
}

// fixFiles carries fixes out in the files they are of.
func fixFiles(cmd *cobra.Command, files []*manifest.File, fixes []change) error {
	var errs []error
	changed := map[string]int{}
	for _, c := range fixes {
		c.Apply(c.operations)
		changed[c.File()] += len(c.operations)
	}
	for _, file := range files {
		n := changed[file.Name]
		if n == 0 {
			continue
		}
		text, err := file.Bytes()
		if err == nil {
			err = writeFixed(cmd, file.Name, text, n)
		}
		errs = append(errs, err)
	}
	if len(changed) == 0 && len(errs) == 0 {
		_, err := fmt.Fprintln(cmd.ErrOrStderr(), "softstop: nothing can be fixed for certain")
		return err
	}
	return errors.Join(errs...)
}

// writeFixed writes a file back, or, if it was read from standard input, to standard output.
func writeFixed(cmd *cobra.Command, name string, text []byte, n int) error {
	if name == "standard input" {
		_, err := cmd.OutOrStdout().Write(text)
		return err
	}
	if err := replaceFile(name, text); err != nil {
		return err
	}
	_, err := fmt.Fprintf(cmd.ErrOrStderr(), "softstop: %s: %s made\n", name, report.Count(n, "change"))
	return err
}
