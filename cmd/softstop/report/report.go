package report

import (
	"fmt"
	"io"

	"github.com/softstop/softstop/cmd/softstop/finding"
	"github.com/softstop/softstop/cmd/softstop/terminal"
)

// Pod is one pod that was looked at.
type Pod struct {
	// File and Line are where it is.
	File string `json:"file"`
	Line int    `json:"line"`
	// Object is its workload's kind and name: Deployment shop/web.
	Object string `json:"object"`
	// Injected means that the webhook would inject it.
	Injected bool `json:"injected"`
	// Findings are what keeps it from stopping well.
	Findings []Located `json:"findings"`
}

// Located is a finding and its line in the pod's file.
type Located struct {
	finding.Finding
	Line int `json:"line"`
}

// Bad reports whether any of pods has a finding that is more than a note.
func Bad(pods []Pod) bool {
	for _, pod := range pods {
		for _, f := range pod.Findings {
			if f.Level == finding.Warning {
				return true
			}
		}
	}
	return false
}

// Formats are the values of --output, the default first.
func Formats() []string { return []string{"text", "json", "yaml", "sarif", "junit"} }

// Write writes pods in one of Formats. version is that of softstop.
func Write(w io.Writer, format, version string, pods []Pod) error {
	switch format {
	case "json", "yaml":
		return Object(w, format, map[string]any{"pods": pods})
	case "sarif":
		return Object(w, "json", sarifOf(version, pods))
	case "junit":
		return writeJUnit(w, pods)
	}
	return writeText(w, pods)
}

// message is a finding in one sentence or two, without the place.
func message(f finding.Finding) string {
	text := f.What
	if f.Container != "" {
		text = fmt.Sprintf("container %s: %s", f.Container, f.What)
	}
	if f.Fixed {
		return text + ". softstop fixes it: " + finding.OptIn() + "; or " + f.Fix
	}
	return text + "; " + f.Fix
}

func writeText(w io.Writer, pods []Pod) error {
	paint := terminal.Painter(w)
	warnings, notes, bad := 0, 0, 0
	for _, pod := range pods {
		before := warnings
		for _, f := range pod.Findings {
			colour := terminal.Mind
			if f.Level == finding.Note {
				notes++
				colour = terminal.Faint
			} else {
				warnings++
			}
			fmt.Fprintf(w, "%s:%d: %s: %s %s\n", pod.File, f.Line, paint(colour, string(f.Level)+" "+string(f.ID)), pod.Object+",", message(f.Finding))
		}
		if warnings > before {
			bad++
		}
	}
	_, err := fmt.Fprintf(w, "%d of %s will not stop well (%s, %s)\n", bad, Count(len(pods), "pod"), Count(warnings, "warning"), Count(notes, "note"))
	return err
}
