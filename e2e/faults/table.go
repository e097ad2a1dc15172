//go:build linux

package main

import (
	_ "embed"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/softstop/softstop/e2e/faults/load"
	"github.com/softstop/softstop/e2e/faults/nodeplugin"
)

// sentence is a row for whoever watches.
func sentence(r row) string {
	return fmt.Sprintf("%-22s %4d created, %d rejected, %d unmutated, %d hooks only, %d wrong, %d of %d ran, %d API server away; median %s, p99 %s, max %s; %s; recovered after %s",
		r.name, r.Created, r.Of[load.Rejected], r.Of[load.Unmutated], r.Of[load.HooksOnly], r.Of[load.Wrong], r.Ran, r.Awaited, r.Of[load.Away],
		seconds(r.Median), seconds(r.P99), seconds(r.Max), r.done, seconds(r.healing))
}

//go:embed page.md
var around string

// nodeSentence is a row about the nodes' plugin for whoever watches.
func nodeSentence(r nodeRow) string {
	return fmt.Sprintf("%-28s %d strikes: %v, bare %v; start median %.2f s, p99 %.2f s, max %.2f s, bare %.2f s, %.2f s, %.2f s; recovered after %s",
		r.Name, r.strikes, r.of, r.bare, r.took.Median(), r.took.Percentile(99), r.took.Worst(),
		r.bareTook.Median(), r.bareTook.Percentile(99), r.bareTook.Worst(), seconds(r.healing))
}

// nodeTable are the rows about the nodes' plugin.
func nodeTable(rows []nodeRow) string {
	var table strings.Builder
	for _, r := range rows {
		what := r.Does
		if r.strikes > 1 {
			what += fmt.Sprintf(" (%d times)", r.strikes)
		}
		fmt.Fprintf(&table, "| **%s**: %s | %d | %d | %d | %d | %s | %s | %s | %.2f s | %.2f s | %.2f s | %.2f s | %s |\n",
			r.Name, what, pods(r.of), r.of[nodeplugin.OnNode], r.of[nodeplugin.Otherwise], r.of[nodeplugin.Without],
			loud(r.of[nodeplugin.Failed]), loud(r.of[nodeplugin.Wrong]), loud(r.bare[nodeplugin.Failed]),
			r.took.Median(), r.took.Worst(), r.bareTook.Median(), r.bareTook.Worst(), seconds(r.healing))
	}
	return table.String()
}

// page is docs/faults.md.
func page(kubernetes string, rows []row, nodeRows []nodeRow) string {
	var table strings.Builder
	for _, r := range rows {
		what := r.does
		if r.done != "" {
			what += " (" + r.done + ")"
		}
		fmt.Fprintf(&table, "| **%s**: %s | %d | %s | %s | %s | %d | %d of %d | %s | %s | %s | %s |\n",
			r.name, what, r.Created, loud(r.Of[load.Rejected]), loud(r.Of[load.Wrong]), loud(r.Of[load.Unmutated]), r.Of[load.HooksOnly],
			r.Ran, r.Awaited, seconds(r.Median), seconds(r.P99), seconds(r.Max), seconds(r.healing))
	}
	return strings.NewReplacer(
		"NODE_TABLE\n", nodeTable(nodeRows), "TABLE\n", table.String(), "KUBERNETES", kubernetes, "PROCESSORS", fmt.Sprint(runtime.NumCPU()),
	).Replace(around)
}

// loud makes what should not be stand out.
func loud(n int) string {
	if n == 0 {
		return "0"
	}
	return fmt.Sprintf("**%d**", n)
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3g s", d.Seconds()) }
