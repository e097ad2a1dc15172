package scrape

import (
	"strings"
	"testing"
)

func TestSum(t *testing.T) {
	m, err := Read(strings.NewReader(`# TYPE calls_total counter
calls_total{code="200",verb="get"} 3
calls_total{code="500",verb="a } b"} 4
# TYPE heap_bytes gauge
heap_bytes 1.5e+06
`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		labels []string
		want   float64
	}{
		{"calls_total", nil, 7},
		{"calls_total", []string{"code", "200"}, 3},
		{"calls_total", []string{"code", "500", "verb", "a } b"}, 4},
		{"calls_total", []string{"code", "500", "verb", "get"}, 0},
		{"calls_total", []string{"host", "a"}, 0},
		{"heap_bytes", nil, 1.5e6},
		{"none", nil, 0},
	} {
		if got := m.Sum(c.name, c.labels...); got != c.want {
			t.Errorf("%s %v: %v, want %v", c.name, c.labels, got, c.want)
		}
	}
	if _, err := Read(strings.NewReader("calls_total{code=} x\n")); err == nil {
		t.Error("nonsense is read")
	}
}
