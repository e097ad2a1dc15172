package timeline_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/softstop/softstop/cmd/softstop/terminal"
	"github.com/softstop/softstop/cmd/softstop/timeline"
)

func chart() timeline.Chart {
	return timeline.Chart{Title: "Deployment shop/web <1>", Grace: 30 * time.Second, Lanes: []timeline.Lane{
		{Name: "app", Drain: 5 * time.Second, Quiet: 5 * time.Second, Stop: 23 * time.Second},
		{Name: "hooks", Drain: 10 * time.Second, Quiet: 10 * time.Second},
		{Name: "range", Drain: 20 * time.Second, Quiet: 5 * time.Second, Stop: 8 * time.Second},
		{Name: "job", Stop: 28 * time.Second},
	}}
}

func plain(_ terminal.Colour, text string) string { return text }

func TestText(t *testing.T) {
	const want = "" +
		"       0    5s   10s       20s       30s\n" +
		"app    ░░░░░███████████████████████··┤\n" +
		"hooks  ░░░░░░░░░░████████████████████┤\n" +
		"range  ░░░░░▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒████████··┤\n" +
		"job    ████████████████████████████··┤\n"
	got := chart().Text(40, plain)
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// TestTextFits holds that no line is wider than asked, whatever the times are.
func TestTextFits(t *testing.T) {
	for _, grace := range []time.Duration{0, time.Second, 5 * time.Second, time.Minute, 24 * time.Hour} {
		c := timeline.Chart{Grace: grace, Lanes: []timeline.Lane{{Name: "a", Drain: grace / 3, Stop: grace}, {Name: "ä", Drain: time.Nanosecond, Stop: time.Second}}}
		for _, width := range []int{40, 78, 120} {
			for line := range strings.Lines(c.Text(width, plain)) {
				if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > width {
					t.Errorf("grace %s, width %d: %d columns: %q", grace, width, n, line)
				}
			}
		}
	}
	if out := chart().Text(60, terminal.Coloured); !strings.Contains(out, "\x1b[") {
		t.Errorf("no colours: %q", out)
	}
}

// TestSVG holds that the picture is XML, names everything, and ends inside its frame.
func TestSVG(t *testing.T) {
	var out bytes.Buffer
	if err := timeline.SVG(&out, []timeline.Chart{chart(), chart()}); err != nil {
		t.Fatal(err)
	}
	rects := 0
	for decoder := xml.NewDecoder(&out); ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if start, is := token.(xml.StartElement); is && start.Name.Local == "rect" {
			rects++
		}
	}
	// the ground; drain, stop and margin of each lane where it has them; the legend
	if want := 1 + 2*(3+2+4+2) + 5; rects != want {
		t.Errorf("%d rectangles, want %d", rects, want)
	}
}
