package main

import (
	"fmt"
	"strings"
)

// parsePage reads the table back from a page that writeTable wrote: whether each cell
// was graceful, and its seconds. The footnotes stay behind.
func parsePage(page string) (grid, error) {
	g := grid{fields: map[[2]string]Result{}}
	for _, line := range strings.Split(page, "\n") {
		cells := strings.Split(strings.TrimSuffix(strings.TrimPrefix(line, "| "), " |"), " | ")
		switch {
		case !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| **graceful**"):
		case g.inits == nil:
			g.inits = cells[1:]
		case len(cells) != len(g.inits)+1:
			return grid{}, fmt.Errorf("%d cells instead of %d in %q", len(cells), len(g.inits)+1, line)
		default:
			name := strings.ReplaceAll(cells[0], `\|`, "|")
			g.cases = append(g.cases, name)
			for i, init := range g.inits {
				r, err := parseField(cells[i+1])
				if err != nil {
					return grid{}, fmt.Errorf("%s under %s: %w", name, init, err)
				}
				r.Case, r.Init = name, init
				g.fields[[2]string{name, init}] = r
			}
		}
	}
	return g, nil
}

// parseField reads one cell of the table as field writes it.
func parseField(text string) (Result, error) {
	mark, rest, _ := strings.Cut(text, " ")
	switch {
	case mark == "✓":
		r := Result{Graceful: true}
		if _, err := fmt.Sscanf(rest, "%f s", &r.Seconds); err != nil {
			return Result{}, fmt.Errorf("%q has no seconds: %w", text, err)
		}
		return r, nil
	case strings.HasPrefix(mark, "✗"):
		return Result{Why: "see the page"}, nil
	}
	return Result{}, fmt.Errorf("%q is neither ✓ nor ✗", text)
}
