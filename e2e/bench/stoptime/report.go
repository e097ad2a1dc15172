//go:build linux

package stoptime

import (
	"fmt"

	"github.com/softstop/softstop/e2e/bench/figures"
	"github.com/softstop/softstop/e2e/bench/page"
)

// overhead is what Kubernetes itself may take of a stop, beside the application's cleanup, in
// seconds: a goal for a machine of our own.
const overhead = 2

func section(stops []stop) page.Section {
	took, clean := figures.Row{}, map[string]int{}
	key := func(f form, softstop bool) string { return fmt.Sprint(f.name, softstop) }
	for _, s := range stops {
		took.Add(key(s.form, s.softstop), s.took.Seconds())
		if s.exitCode == 0 {
			clean[key(s.form, s.softstop)]++
		}
	}
	deletions := len(stops) / len(took)
	var rows [][]string
	for _, f := range forms() {
		row := []string{f.title}
		for _, softstop := range []bool{false, true} {
			k := key(f, softstop)
			median := fmt.Sprintf("%.2f", took[k].Median())
			if softstop {
				median = "**" + median + "**"
			}
			row = append(row, median, fmt.Sprintf("%.2f", took[k].Worst()), fmt.Sprintf("%d of %d", clean[k], len(took[k])))
		}
		rows = append(rows, row)
	}
	s := page.Section{
		Name: "stoptime", Title: "How long a stop takes",
		Text: fmt.Sprintf(`From the request to delete a pod until it is gone, in seconds, over %d deletions in each field. The application's own cleanup takes
%.0f s in all of them: that is the floor. "Clean" counts exit code 0, which the application returns only after its cleanup.

%s`, deletions, floor.Seconds(), page.Table(
			[]string{"launched by", "without: median", "worst", "clean", "softstop: median", "worst", "clean"}, rows)),
	}
	for _, f := range forms() {
		k := key(f, true)
		s.Goals = append(s.Goals,
			figures.AtMost("median with softstop, "+f.name, "%.1f s", floor.Seconds()+overhead, took[k].Median()),
			figures.AtLeast("clean with softstop, "+f.name, "%.0f", float64(len(took[k])), float64(clean[k])))
	}
	return s
}
