package figures_test

import (
	"math"
	"testing"
	"time"

	"github.com/softstop/softstop/e2e/bench/figures"
)

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		of   figures.Samples
		want float64
	}{{nil, 0}, {figures.Samples{3}, 3}, {figures.Samples{9, 1, 5}, 5}, {figures.Samples{4, 1, 2, 100}, 3}} {
		if got := c.of.Median(); got != c.want {
			t.Errorf("median of %v is %v, not %v", c.of, got, c.want)
		}
	}
}

func TestPercentile(t *testing.T) {
	var hundred figures.Samples
	for i := 100; i >= 1; i-- {
		hundred = append(hundred, float64(i))
	}
	for p, want := range map[float64]float64{0: 1, 1: 1, 50: 50, 99: 99, 99.5: 100, 100: 100} {
		if got := hundred.Percentile(p); got != want {
			t.Errorf("percentile %v of 1 to 100 is %v, not %v", p, got, want)
		}
	}
	if got := (figures.Samples{}).Worst(); got != 0 {
		t.Errorf("worst of none is %v", got)
	}
}

func TestLessTakesTheBaseOffAndLeavesItOut(t *testing.T) {
	r := figures.Row{"bare": {10, 12, 11}, "tini": {15, 16, 17}}.Less("bare")
	if _, there := r["bare"]; there || math.Abs(r["tini"].Median()-5) > 1e-9 {
		t.Errorf("less the bare child: %v", r)
	}
}

func TestAddTimeIsInMilliseconds(t *testing.T) {
	r := figures.Row{}
	r.AddTime("a", 1500*time.Microsecond)
	if got := r["a"].Median(); got != 1.5 {
		t.Errorf("1500 µs are %v ms", got)
	}
}

func TestGoals(t *testing.T) {
	for _, c := range []struct {
		goal figures.Goal
		met  string
	}{
		{figures.AtMost("p50", "%.2f ×", 1.15, 1.15), "✓"},
		{figures.AtMost("p50", "%.2f ×", 1.15, 1.16), "✗"},
		{figures.AtLeast("throughput", "%.2f ×", 0.8, 0.8), "✓"},
		{figures.AtLeast("throughput", "%.2f ×", 0.8, 0.79), "✗"},
	} {
		if c.goal.Mark() != c.met {
			t.Errorf("%+v is %s, want %s", c.goal, c.goal.Mark(), c.met)
		}
	}
}
