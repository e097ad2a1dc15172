package main

import (
	"fmt"

	"github.com/softstop/softstop/e2e/bench/plot"
)

// drawBars is the picture for the README: one bar per init, as long as the share of
// cases that end gracefully.
func drawBars(g grid) string {
	var bars []plot.Bar
	for _, init := range g.inits {
		bars = append(bars, plot.Bar{
			Name: init, Text: fmt.Sprintf("%d of %d", g.total(init), len(g.cases)),
			Share: float64(g.total(init)) / float64(max(1, len(g.cases))), Ours: init == softstop,
		})
	}
	return plot.Bars("Cases that stop gracefully under each init",
		fmt.Sprintf("Graceful stops in %d cases: real servers × launch styles", len(g.cases)), bars)
}
