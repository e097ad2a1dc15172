package main

import (
	"fmt"
	"strings"
)

// drawBars is the picture for the README: one bar per init, as long as the share of
// cases that end gracefully. It reads on a light and on a dark page.
func drawBars(g grid) string {
	const width, left, right, row, top = 760, 200, 110, 30, 52
	height := top + row*len(g.inits) + 14
	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="Cases that stop gracefully under each init">
<style>
text { font: 14px -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328; }
.title { font-weight: 600; font-size: 15px; }
.track { fill: #d1d9e0; fill-opacity: .45; }
.rival { fill: #8c959f; }
.ours { fill: #1f883d; }
.bold { font-weight: 600; }
@media (prefers-color-scheme: dark) { text { fill: #f0f6fc; } .track { fill: #3d444d; } .rival { fill: #7d8590; } .ours { fill: #3fb950; } }
</style>
<text class="title" x="%d" y="26">Graceful stops in %d cases: real servers × launch styles</text>
`, width, height, width, height, 16, len(g.cases))
	for i, init := range g.inits {
		y, class, weight := top+i*row, "rival", ""
		if init == softstop {
			class, weight = "ours", ` class="bold"`
		}
		full := width - left - right
		length := full * g.total(init) / max(1, len(g.cases))
		fmt.Fprintf(&out, `<text%s x="%d" y="%d" text-anchor="end">%s</text>
<rect class="track" x="%d" y="%d" width="%d" height="18" rx="4"/>
<rect class="%s" x="%d" y="%d" width="%d" height="18" rx="4"/>
<text%s x="%d" y="%d">%d of %d</text>
`, weight, left-12, y+14, init, left, y, full, class, left, y, length, weight, left+full+10, y+14, g.total(init), len(g.cases))
	}
	out.WriteString("</svg>\n")
	return out.String()
}
