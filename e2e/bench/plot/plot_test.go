package plot

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// elements reads a picture as XML and counts its elements by class.
func elements(t *testing.T, svg string) map[string]int {
	t.Helper()
	count := map[string]int{}
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return count
		}
		if err != nil {
			t.Fatalf("not XML: %v\n%s", err, svg)
		}
		if e, ok := token.(xml.StartElement); ok {
			for _, a := range e.Attr {
				if a.Name.Local == "class" {
					count[a.Value]++
				}
			}
		}
	}
}

func TestBars(t *testing.T) {
	svg := Bars("label", "title <&>", []Bar{{Name: "softstop", Text: "1 of 2", Share: 2, Ours: true}, {Name: "tini", Share: 0.5}})
	got := elements(t, svg)
	if got["ours"] != 1 || got["rival"] != 1 || got["track"] != 2 {
		t.Errorf("%v\n%s", got, svg)
	}
	if !strings.Contains(svg, `class="ours" x="200" y="52" width="450"`) {
		t.Errorf("a share above 1 is not the full length:\n%s", svg)
	}
}

func TestPanelsDrawEachFailure(t *testing.T) {
	svg := Panels("label", "title", 1, []Panel{
		{Title: "without", Line: []float64{1, 2, 3}, Failed: []float64{0, 2, 1}, Verdict: "3 failed", Bad: true},
		{Title: "with", Line: []float64{1, 2, 3}, Failed: []float64{0, 0, 0}, Verdict: "0 failed", Ours: true},
		{Title: "memory", Line: []float64{5}},
	})
	got := elements(t, svg)
	if got["failed"] != 2 || got["alarm"] != 1 || got["track"] != 2 || got["ours"] != 1 {
		t.Errorf("%v\n%s", got, svg)
	}
}

func TestNice(t *testing.T) {
	for x, want := range map[float64]float64{0: 1, 1: 1, 1.1: 2, 3: 5, 6: 10, 120: 200, 0.03: 0.05} {
		if got := nice(x); got != want {
			t.Errorf("nice(%v) is %v, not %v", x, got, want)
		}
	}
}
