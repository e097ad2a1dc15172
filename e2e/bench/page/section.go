package page

import (
	"fmt"
	"strings"

	"github.com/softstop/softstop/e2e/bench/figures"
)

// Section is what a part of the bench has to say.
type Section struct {
	// Name is the part's: it marks the section and names its command. Title is its heading.
	Name, Title string
	// Text is Markdown.
	Text string
	// Goals are what was promised of its figures.
	Goals []figures.Goal
	// Pictures are SVG files beside the page, by file name.
	Pictures map[string]string
}

// Markdown is the section between its marks; taken says when and on what.
func (s Section) Markdown(taken string) string {
	var out strings.Builder
	_, _ = fmt.Fprintf(&out, "%s\n## %s\n\n%s\n", begin(s.Name), s.Title, strings.TrimSpace(s.Text))
	if len(s.Goals) > 0 {
		out.WriteString("\n| goal | measured | |\n|---|---:|:-:|\n")
		for _, g := range s.Goals {
			_, _ = fmt.Fprintf(&out, "| %s | %s | %s |\n", g.What, g.Figure, g.Mark())
		}
	}
	_, _ = fmt.Fprintf(&out, "\n`make bench-%s`, %s\n%s\n", s.Name, taken, end(s.Name))
	return out.String()
}

func begin(name string) string { return "<!-- begin " + name + " -->" }
func end(name string) string   { return "<!-- end " + name + " -->" }

// Table is a Markdown table; the first column is to the left, the others to the right.
func Table(head []string, rows [][]string) string {
	var out strings.Builder
	out.WriteString("| " + strings.Join(head, " | ") + " |\n|---|" + strings.Repeat("---:|", len(head)-1) + "\n")
	for _, row := range rows {
		out.WriteString("| " + strings.Join(row, " | ") + " |\n")
	}
	return out.String()
}
