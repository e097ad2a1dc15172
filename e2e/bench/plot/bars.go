package plot

// Bar is one line of a bar picture.
type Bar struct {
	// Name stands before the bar, Text after it.
	Name, Text string
	// Share is the bar's length, 0 to 1 of the full one.
	Share float64
	// Ours makes it stand out.
	Ours bool
}

// Bars draws one bar below the other, each over a track of the full length. label is for people who
// do not see it.
func Bars(label, title string, bars []Bar) string {
	const left, right, row, top = 200, 110, 30, 52
	const full = width - left - right
	p := newPicture(top+row*len(bars)+14, label, title)
	for i, b := range bars {
		y, class, weight := float64(top+i*row), "rival", ""
		if b.Ours {
			class, weight = "ours", "bold"
		}
		p.text(weight, left-12, y+14, "end", b.Name)
		p.rect("track", left, y, full, 18, ` rx="4"`)
		p.rect(class, left, y, full*min(max(b.Share, 0), 1), 18, ` rx="4"`)
		p.text(weight, left+full+10, y+14, "", b.Text)
	}
	return p.end()
}
