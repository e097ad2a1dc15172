package main

import (
	"fmt"
	"strings"

	"github.com/softstop/softstop/e2e/bench/figures"
)

// results are all measurements of one run.
type results struct {
	Rows map[string]figures.Row
	// Columns are the contestants' names in the table's order.
	Columns           []string
	Versions, Machine string
}

// figure is one line of the table: what it says, how exactly, and the goal.
type figure struct {
	key, title, format string
	// against and atMost are the goal: softstop's median is at most atMost times that of
	// against, or, where against is empty, at most atMost itself. No goal is atMost < 0.
	against string
	atMost  float64
}

func lines() []figure {
	return []figure{
		{"size", "binary, KiB", "%.0f", "", 2197},
		{"rss", "idle RSS, KiB", "%.0f", tiniStatic, 0.25},
		{"anon", "idle anonymous RSS, KiB", "%.0f", "", -1},
		{"pss", "idle PSS, KiB (40 running)", "%.1f", "", -1},
		{"charge", "charged per container, KiB", "%.0f", tiniStatic, 0.75},
		{"threads", "threads", "%.0f", "", 1},
		{"wakeups", "idle wake-ups", "%.0f", "", 0},
		{"start", "start over bare exec, µs", "%.0f", tiniStatic, 0.5},
		{"latency", "signal to child, µs", "%.1f", tini, 1.1},
		{"lost", "stop signals lost right after the start", "%.0f", "", 0},
		{"zombies", "processor per zombie, µs", "%.2f", dumbInit, 1.1},
		{"pids", "pids to run", "%.0f", "", 3},
	}
}

// columns are the contestants shown: all but the bare child.
func columns(all []contestant) []string {
	var names []string
	for _, c := range all {
		if c.path != "" {
			names = append(names, c.name)
		}
	}
	return names
}

// goal is a figure's goal in words and whether softstop reaches it.
func (r results) goal(f figure) (words, verdict string) {
	if f.atMost < 0 {
		return "", ""
	}
	ours, limit := r.Rows[f.key][softstop].Median(), f.atMost
	if f.against == "" {
		words = fmt.Sprintf("at most "+f.format, f.atMost)
	} else {
		theirs := r.Rows[f.key][f.against].Median()
		words = fmt.Sprintf("at most %g × %s: %.2f ×", f.atMost, f.against, ours/theirs)
		limit *= theirs
	}
	if ours <= limit {
		return words, "✓"
	}
	return words, "✗"
}

// text is the table for a terminal.
func (r results) text() string {
	var out strings.Builder
	fmt.Fprintf(&out, "%-40s", "median of each")
	for _, name := range r.Columns {
		fmt.Fprintf(&out, " %11.11s", strings.NewReplacer(" (ordinary Go)", "-go").Replace(name))
	}
	out.WriteString("\n")
	for _, f := range lines() {
		fmt.Fprintf(&out, "%-40s", f.title)
		for _, name := range r.Columns {
			fmt.Fprintf(&out, " %11s", fmt.Sprintf(f.format, r.Rows[f.key][name].Median()))
		}
		words, verdict := r.goal(f)
		fmt.Fprintf(&out, "  %s %s\n", verdict, words)
	}
	return out.String()
}

// page is the table as Markdown.
func (r results) page() string {
	var out strings.Builder
	fmt.Fprintf(&out, `# What the init costs

Every figure is a median of PID 1 in a fresh PID namespace, the inits in turn in one run, with the same child below: a few
instructions of assembly. The memory figures are averages of %d containers running at once; what a container is charged
is the memory cgroup's growth less that of bare children. softstop's init is measured twice: as it is shipped, where the part that watches
runs without the Go runtime, and built as ordinary Go.

| median | %s | goal | |
|---|%s---|:-:|
`, copies, strings.Join(r.Columns, " | "), strings.Repeat("---:|", len(r.Columns)))
	for _, f := range lines() {
		fmt.Fprintf(&out, "| %s", f.title)
		for _, name := range r.Columns {
			value := fmt.Sprintf(f.format, r.Rows[f.key][name].Median())
			if name == softstop {
				value = "**" + value + "**"
			}
			out.WriteString(" | " + value)
		}
		words, verdict := r.goal(f)
		fmt.Fprintf(&out, " | %s | %s |\n", words, verdict)
	}
	fmt.Fprintf(&out, `
- **start over bare exec**: from fork to exit of the init with a child that exits at once, less the same without the init.
- **signal to child**: from before kill(2) on PID 1 to the child's clock when it has taken SIGTERM.
- **processor per zombie**: PID 1's time on the processor while its child makes %d orphans.
- **pids to run**: the smallest pids limit with which a container starts, hears SIGTERM and returns its child's code.
- **idle wake-ups**: voluntary context switches of all threads in half a minute.
- **charged per container**: the kernel accounts memory in batches of 64 pages per processor, so that the figure moves by
  several KiB from run to run.

Made by %s on %s. %s
`, orphans, "`make bench-init`, or `go run ./e2e/benchinit -out docs/init-benchmark.md` (root, Debian, two minutes),", r.Machine, r.Versions)
	return out.String()
}
