package plot

import (
	"fmt"
	"html"
	"strings"
)

// width is that of every picture, in pixels: a README's column.
const width = 760

// style reads on a light and on a dark page.
const style = `<style>
text { font: 14px -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328; }
.title { font-weight: 600; font-size: 15px; }
.bold { font-weight: 600; }
.small { font-size: 12px; fill: #59636e; }
.track { fill: #d1d9e0; fill-opacity: .45; }
.rival { fill: #8c959f; }
.ours { fill: #1f883d; }
.failed { fill: #cf222e; }
.alarm { fill: #cf222e; font-weight: 600; }
.good { fill: #1f883d; font-weight: 600; }
.grid { stroke: #d1d9e0; }
@media (prefers-color-scheme: dark) { text { fill: #f0f6fc; } .small { fill: #9198a1; } .track { fill: #3d444d; } .rival { fill: #7d8590; } .ours, .good { fill: #3fb950; } .failed, .alarm { fill: #f85149; } .grid { stroke: #3d444d; } }
</style>
`

// picture collects a picture's elements.
type picture struct{ strings.Builder }

func newPicture(height int, label, title string) *picture {
	p := &picture{}
	p.add(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="%s">`,
		width, height, width, height, html.EscapeString(label))
	p.WriteString(style)
	p.text("title", 16, 26, "", title)
	return p
}

// add writes one line.
func (p *picture) add(format string, args ...any) { _, _ = fmt.Fprintf(p, format+"\n", args...) }

// text writes words at a place; class and anchor (start, middle, end) may be empty.
func (p *picture) text(class string, x, y float64, anchor, words string) {
	attributes := ""
	if class != "" {
		attributes += fmt.Sprintf(` class="%s"`, class)
	}
	if anchor != "" {
		attributes += fmt.Sprintf(` text-anchor="%s"`, anchor)
	}
	p.add(`<text%s x="%s" y="%s">%s</text>`, attributes, number(x), number(y), html.EscapeString(words))
}

func (p *picture) rect(class string, x, y, w, h float64, more string) {
	p.add(`<rect class="%s" x="%s" y="%s" width="%s" height="%s"%s/>`, class, number(x), number(y), number(w), number(h), more)
}

func (p *picture) end() string {
	p.add("</svg>")
	return p.String()
}

// number is x with at most one decimal: a tenth of a pixel is enough.
func number(x float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", x), ".0") }
