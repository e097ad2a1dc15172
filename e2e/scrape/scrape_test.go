package scrape

import (
	"maps"
	"strings"
	"testing"
)

func TestSums(t *testing.T) {
	got, err := Sums(strings.NewReader(`# TYPE calls_total counter
calls_total{code="200"} 3
calls_total{code="500",text="a } b"} 4
# TYPE heap_bytes gauge
heap_bytes 1.5e+06
# TYPE wait_seconds histogram
wait_seconds_bucket{le="+Inf"} 9
wait_seconds_sum 2
wait_seconds_count 9
`))
	if want := (map[string]float64{"calls_total": 7, "heap_bytes": 1.5e6}); err != nil || !maps.Equal(got, want) {
		t.Errorf("%v (%v), want %v", got, err, want)
	}
	if _, err := Sums(strings.NewReader("calls_total{code=} x\n")); err == nil {
		t.Error("nonsense is read")
	}
}
