package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/softstop/softstop/cmd/softstop/finding"
	"github.com/softstop/softstop/cmd/softstop/terminal"
)

// writeText writes a report for people: a block for each workload with findings, its findings of
// one kind together, and once for the whole run what softstop would do about them.
func writeText(w io.Writer, r Report) error {
	paint := terminal.Painter(w)
	for _, pod := range r.Pods {
		if len(pod.Findings) == 0 {
			continue
		}
		fmt.Fprintf(w, "%s\n", paint(terminal.Strong, pod.Object))
		for _, same := range byKind(pod.Findings) {
			writeKind(w, paint, pod, same)
		}
		fmt.Fprintln(w)
	}
	_, err := io.WriteString(w, r.summary())
	return err
}

// byKind puts findings of one kind together, in the order of the first of each.
func byKind(findings []Located) (groups [][]Located) {
	at := map[finding.ID]int{}
	for _, f := range findings {
		i, seen := at[f.ID]
		if !seen {
			i = len(groups)
			at[f.ID] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], f)
	}
	return groups
}

// writeKind writes a line for each finding of one kind, and once why it matters and what to do.
func writeKind(w io.Writer, paint terminal.Paint, pod Pod, same []Located) {
	for _, f := range same {
		colour := terminal.Mind
		if f.Level == finding.Note {
			colour = terminal.Faint
		}
		whose := ""
		if f.Container != "" {
			whose = "container " + f.Container + ": "
		}
		fmt.Fprintf(w, "  %s:%d: %s: %s%s\n", pod.File, f.Line, paint(colour, string(f.Level)+" "+string(f.ID)), whose, f.What)
	}
	if same[0].ID == finding.CommandUnknown {
		return // what helps is said once, below
	}
	fmt.Fprintf(w, "    why: %s\n", same[0].Why)
	said := map[string]bool{}
	for _, f := range same {
		if !said[f.Fix] {
			fmt.Fprintf(w, "    fix: %s\n", f.Fix)
		}
		said[f.Fix] = true
		for line := range strings.Lines(f.YAML) {
			fmt.Fprintf(w, "      %s", line)
		}
	}
}

// summary are the last lines: the numbers, and what holds for many findings at once.
func (r Report) summary() string {
	var out strings.Builder
	warnings, notes, bad, fixed, unknown := 0, 0, 0, 0, 0
	for _, pod := range r.Pods {
		if pod.bad() {
			bad++
		}
		for _, f := range pod.Findings {
			switch {
			case f.ID == finding.CommandUnknown:
				unknown++
				notes++
			case f.Level == finding.Note:
				notes++
			default:
				warnings++
			}
			if f.Fixed {
				fixed++
			}
		}
	}
	fmt.Fprintf(&out, "%d of %s will not stop well (%s, %s)\n", bad, Count(len(r.Pods), "pod"), Count(warnings, "warning"), Count(notes, "note"))
	if fixed > 0 {
		fmt.Fprintf(&out, "softstop fixes %d of these findings: %s\n", fixed, finding.OptIn())
	}
	if unknown > 0 {
		fmt.Fprintf(&out, "of %s nobody knows what it runs: --registry asks, images in the configuration (--config) say it\n", Count(unknown, "container"))
	}
	if r.Silenced > 0 {
		fmt.Fprintf(&out, "%s not reported: ignored, disabled or in the baseline\n", Count(r.Silenced, "finding"))
	}
	if r.Gone > 0 {
		fmt.Fprintf(&out, "%s of the baseline not there any more: --write-baseline writes it anew\n", Count(r.Gone, "finding"))
	}
	return out.String()
}
