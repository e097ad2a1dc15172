package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/softstop/softstop/e2e/zoo/debian"
)

// grid is the table's content: one row per case, one field per init.
type grid struct {
	cases, inits []string
	fields       map[[2]string]Result
}

// newGrid puts results into order. Of a cell that ran several times the worst counts,
// and of graceful ones the quickest: a busy machine only ever adds to a stop.
func newGrid(o Options, results []Result) grid {
	g := grid{fields: map[[2]string]Result{}}
	for _, c := range o.Cases {
		g.cases = append(g.cases, c.Name())
	}
	for _, i := range o.Inits {
		g.inits = append(g.inits, i.Name)
	}
	for _, r := range results {
		key := [2]string{r.Case, r.Init}
		if seen, ok := g.fields[key]; !ok || seen.Graceful && (!r.Graceful || r.Seconds < seen.Seconds) {
			g.fields[key] = r
		}
	}
	return g
}

// total is how many cases were graceful under an init.
func (g grid) total(init string) int {
	n := 0
	for _, name := range g.cases {
		if g.fields[[2]string{name, init}].Graceful {
			n++
		}
	}
	return n
}

func totalsText(o Options, results []Result) string {
	g := newGrid(o, results)
	var out strings.Builder
	for _, init := range g.inits {
		fmt.Fprintf(&out, "%-26s graceful in %d of %d cases\n", init, g.total(init), len(g.cases))
	}
	return out.String()
}

// writeTable writes the Markdown page and the picture beside it.
func writeTable(o Options, results []Result, path string) error {
	g := newGrid(o, results)
	picture := strings.TrimSuffix(path, filepath.Ext(path)) + ".svg"
	if err := os.WriteFile(picture, []byte(drawBars(g)), 0o644); err != nil {
		return fmt.Errorf("write the picture: %w", err)
	}
	page := pageHead(g, filepath.Base(picture), debian.Versions(o.Root)) + g.markdown()
	if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	return nil
}

// pageHead is what a reader needs before the table.
func pageHead(g grid, picture, versions string) string {
	return fmt.Sprintf(`# The zoo: who stops well under which init

![How many cases end gracefully under each init](%s)

%d cases: real servers and programs from Debian, in the launch styles that people put into images. Every case runs under
every init as PID 1 of fresh namespaces and a session of its own, with a container's capabilities. Once it is ready, PID 1
gets the image's stop signal from outside; after %s comes SIGKILL. A case counts as graceful (✓) only if the container ended
before that **and the application's own evidence says so**: the key is in a valid RDB, the download in flight arrived byte
for byte, the database needs no recovery, the task's result is stored, the cleanup wrote its last marker, the last log line
arrived, nobody was told twice or started again. "App" is a small program that takes a second to clean up, in the later
cases half a second, and quits hard when it is told twice. As from the container runtime, a case reads from /dev/null and
writes to pipes. The seconds are those from the stop signal until the container has ended.

%s
This page is made by a program: %s (root, Debian, %s). %s
smell-baron has no package: its columns are there after %s, the folder of its source,
in which %s must work.

`, picture, len(g.cases), grace(), exceptionsText(exceptions()), "`make zoo`, or `go run ./e2e/zoo -out docs/zoo.md`", "a quarter of an hour", versions,
		"`go run ./e2e/zoo -smell-baron DIR -out docs/zoo.md`", "`make release`")
}

// markdown is the table, subject by subject, and its footnotes.
func (g grid) markdown() string {
	var out strings.Builder
	notes := footnotes{numbers: map[string]int{}}
	header := "| case | " + strings.Join(g.inits, " | ") + " |\n|---|" + strings.Repeat(":-:|", len(g.inits)) + "\n"
	out.WriteString(header)
	for _, name := range g.cases {
		out.WriteString("| " + strings.ReplaceAll(name, "|", `\|`))
		for _, init := range g.inits {
			out.WriteString(" | " + field(g.fields[[2]string{name, init}], &notes))
		}
		out.WriteString(" |\n")
	}
	out.WriteString("| **graceful**")
	for _, init := range g.inits {
		fmt.Fprintf(&out, " | **%d of %d**", g.total(init), len(g.cases))
	}
	out.WriteString(" |\n\nA ✗ carries the reason:\n\n")
	for i, text := range notes.texts {
		fmt.Fprintf(&out, "%d. %s\n", i+1, text)
	}
	return out.String()
}

// field is one cell of the table.
func field(r Result, notes *footnotes) string {
	switch {
	case r.Graceful:
		return fmt.Sprintf("✓ %.1f s", r.Seconds)
	case r.Broken != "":
		return fmt.Sprintf("✗<sup>%d</sup>", notes.number("never became ready under it"))
	}
	return fmt.Sprintf("✗ %.1f s<sup>%d</sup>", r.Seconds, notes.number(r.Why))
}

// footnotes numbers the reasons in the order in which the table first needs them.
type footnotes struct {
	numbers map[string]int
	texts   []string
}

func (f *footnotes) number(text string) int {
	if f.numbers[text] == 0 {
		f.texts = append(f.texts, text)
		f.numbers[text] = len(f.texts)
	}
	return f.numbers[text]
}

// writeFailures writes each softstop cell that failed with what is needed to see why.
func writeFailures(results []Result, path string) error {
	var out strings.Builder
	failed := 0
	for _, r := range results {
		if r.Init != softstop || r.Graceful {
			continue
		}
		failed++
		fmt.Fprintf(&out, "## %s\n\n%s%s (%.1f s, exit %d)\n\n", r.Case, r.Why, r.Broken, r.Seconds, r.Exit)
		if r.Tree != "" {
			fmt.Fprintf(&out, "processes before SIGKILL:\n\n```\n%s```\n\n", r.Tree)
		}
		fmt.Fprintf(&out, "output:\n\n```\n%s\n```\n\n", r.Log)
	}
	slow := ""
	for _, r := range results {
		if r.Init == softstop && r.Graceful && r.Seconds > 5 {
			slow += fmt.Sprintf("- %s: %.1f s\n", r.Case, r.Seconds)
		}
	}
	if slow != "" {
		slow = "# graceful, but slow\n\n" + slow
	}
	head := fmt.Sprintf("# %d softstop cells failed\n\n", failed)
	if err := os.WriteFile(path, []byte(head+out.String()+slow), 0o644); err != nil {
		return fmt.Errorf("write the failures: %w", err)
	}
	return nil
}
