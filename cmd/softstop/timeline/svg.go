package timeline

import (
	"fmt"
	"html"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// The picture's measures, in pixels.
const (
	picture = 760
	row     = 26
	bar     = 16
	space   = 18
)

// SVG draws charts below each other.
func SVG(w io.Writer, charts []Chart) error {
	height := space
	for _, c := range charts {
		height += row*(len(c.Lanes)+2) + space
	}
	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13" role="img" aria-label="stop plans">`+"\n", picture, height+row)
	fmt.Fprintf(&out, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", picture, height+row)
	y := space
	for _, c := range charts {
		y = c.draw(&out, y) + space
	}
	legend(&out, y)
	out.WriteString("</svg>\n")
	_, err := io.WriteString(w, out.String())
	return err
}

// draw draws one chart below y and returns where it ends.
func (c Chart) draw(out *strings.Builder, y int) int {
	label := 0
	for _, lane := range c.Lanes {
		label = max(label, 8*utf8.RuneCountInString(lane.Name))
	}
	left := min(label+20, picture/3)
	right := picture - 60
	x := func(at time.Duration) int {
		return left + int(float64(right-left)*float64(at)/float64(max(c.Grace, 1)))
	}
	fmt.Fprintf(out, `<text x="10" y="%d" font-weight="bold">%s</text>`+"\n", y+bar, html.EscapeString(c.Title))
	y += row
	free := 0
	for _, at := range append([]time.Duration{0}, append(c.times(), c.Grace)...) {
		if at == c.Grace || x(at) >= free && x(at) < x(c.Grace)-50 {
			fmt.Fprintf(out, `<text x="%d" y="%d" fill="#555555" font-size="11">%s</text>`+"\n", x(at), y+bar-4, at)
			fmt.Fprintf(out, `<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="#dddddd"/>`+"\n", x(at), y+bar, x(at), y+row*(len(c.Lanes)+1)-4)
			free = x(at) + 50
		}
	}
	y += row
	for _, lane := range c.Lanes {
		end := lane.end(c.Grace)
		fmt.Fprintf(out, `<text x="10" y="%d">%s</text>`+"\n", y+bar-3, html.EscapeString(lane.Name))
		least := min(lane.Quiet, lane.Drain)
		rectangle(out, x(0), x(least), y, "#7fb3d5")
		rectangle(out, x(least), x(lane.Drain), y, "#b9d7ea")
		rectangle(out, x(lane.Drain), x(end), y, "#2e8b57")
		rectangle(out, x(end), x(c.Grace), y, "#e8e8e8")
		fmt.Fprintf(out, `<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="#c0392b" stroke-width="2"/>`+"\n", x(c.Grace), y-2, x(c.Grace), y+bar+2)
		y += row
	}
	return y
}

func rectangle(out *strings.Builder, from, to, y int, fill string) {
	if to > from {
		fmt.Fprintf(out, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>`+"\n", from, y, to-from, bar, fill)
	}
}

func legend(out *strings.Builder, y int) {
	x := 10
	for _, entry := range []struct{ fill, text string }{
		{"#7fb3d5", "drains, still serving"}, {"#b9d7ea", "until it is quiet"}, {"#2e8b57", "stops"}, {"#e8e8e8", "margin"}, {"#c0392b", "the kubelet kills"},
	} {
		rectangle(out, x, x+bar, y, entry.fill)
		fmt.Fprintf(out, `<text x="%d" y="%d" fill="#555555">%s</text>`+"\n", x+bar+6, y+bar-3, entry.text)
		x += bar + 30 + 8*len(entry.text)
	}
}
