package plot

import (
	"fmt"
	"math"
	"strings"
)

// Panel is one quantity over time, in equal steps from the picture's left edge.
type Panel struct {
	// Title says what it shows, Unit in what; Verdict stands at the right.
	Title, Unit, Verdict string
	// Line is the quantity at each step.
	Line []float64
	// Failed, if not nil, is drawn as a strip of bars below: how many failed in each step.
	Failed []float64
	// Ours makes it stand out, Bad makes the verdict an alarm.
	Ours, Bad bool
}

const (
	panelLeft, panelRight = 58, 16
	panelWidth            = width - panelLeft - panelRight
	lineHeight            = 84
	stripHeight           = 30
	panelGap              = 40
)

func (p Panel) height() int {
	if p.Failed == nil {
		return lineHeight + panelGap
	}
	return lineHeight + stripHeight + 6 + panelGap
}

// Panels draws panels one below the other with one time axis. step is the seconds between two
// values; the strips of failures share one scale, so that they compare.
func Panels(label, title string, step float64, panels []Panel) string {
	height, steps, failed := 40, 1, 1.0
	for _, panel := range panels {
		height += panel.height()
		steps = max(steps, len(panel.Line), len(panel.Failed))
		failed = max(failed, highest(panel.Failed))
	}
	p := newPicture(height+26, label, title)
	y := 40.0
	for _, panel := range panels {
		p.panel(panel, y, steps, failed)
		y += float64(panel.height())
	}
	p.seconds(y, float64(steps)*step)
	return p.end()
}

// panel draws one from y downward.
func (p *picture) panel(panel Panel, y float64, steps int, failed float64) {
	verdict := "good"
	if panel.Bad {
		verdict = "alarm"
	}
	p.text("bold", panelLeft, y+16, "", panel.Title)
	p.text(verdict, width-panelRight, y+16, "end", panel.Verdict)
	top := y + 24
	bottom := top + lineHeight
	ceiling := nice(highest(panel.Line))
	for _, share := range []float64{0, 0.5, 1} {
		at := bottom - share*lineHeight
		p.add(`<line class="grid" x1="%d" x2="%d" y1="%s" y2="%s"/>`, panelLeft, width-panelRight, number(at), number(at))
		p.text("small", panelLeft-6, at+4, "end", strings.TrimSuffix(fmt.Sprintf("%.1f", share*ceiling), ".0"))
	}
	p.text("small", panelLeft-6, top-8, "end", panel.Unit)
	class := "rival"
	if panel.Ours {
		class = "ours"
	}
	each := float64(panelWidth) / float64(steps)
	var path strings.Builder
	_, _ = fmt.Fprintf(&path, "M%d %s", panelLeft, number(bottom))
	for i, value := range panel.Line {
		_, _ = fmt.Fprintf(&path, " L%s %s", number(panelLeft+(float64(i)+0.5)*each), number(bottom-value/ceiling*lineHeight))
	}
	_, _ = fmt.Fprintf(&path, " L%s %s Z", number(panelLeft+(float64(len(panel.Line))-0.5)*each), number(bottom))
	p.add(`<path class="%s" fill-opacity=".55" d="%s"/>`, class, path.String())
	if panel.Failed == nil {
		return
	}
	p.text("small", panelLeft-6, bottom+22, "end", "failed")
	p.rect("track", panelLeft, bottom+6, panelWidth, stripHeight, "")
	for i, n := range panel.Failed {
		if n > 0 {
			h := max(2, n/failed*stripHeight)
			p.rect("failed", panelLeft+float64(i)*each, bottom+6+stripHeight-h, max(1.5, each), h, "")
		}
	}
}

// seconds draws the time axis.
func (p *picture) seconds(y, total float64) {
	tick := nice(total / 8)
	for t := 0.0; t <= total; t += tick {
		p.text("small", panelLeft+t/total*panelWidth, y, "middle", fmt.Sprintf("%g s", t))
	}
}

func highest(values []float64) float64 {
	most := 0.0
	for _, v := range values {
		most = max(most, v)
	}
	return most
}

// nice is the next number of 1, 2 or 5 times a power of ten.
func nice(x float64) float64 {
	if x <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, factor := range []float64{1, 2, 5} {
		if factor*power >= x {
			return factor * power
		}
	}
	return 10 * power
}
