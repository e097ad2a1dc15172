package pace

import (
	"math"
	"testing"
)

func TestFactor(t *testing.T) {
	r := speed{hashes: 100, starts: 10}
	for _, c := range []struct {
		s    speed
		want float64
	}{
		{speed{1000, 100}, 1},
		{speed{100, 10}, 1},
		{speed{95, 10}, 1},
		{speed{70, 10}, 1.5},
		{speed{33, 10}, 3},
		{speed{100, 1}, 10},
		{speed{100, math.Inf(1)}, 1},
		{speed{1, 1}, slowest},
	} {
		if got := r.over(c.s); got != c.want {
			t.Errorf("%+v: the factor is %g, want %g", c.s, got, c.want)
		}
	}
}

func TestGiven(t *testing.T) {
	for text, want := range map[string]float64{"": 0, "1": 1, "2.5": 2.5, "0.5": 0, "-1": 0, "NaN": 0, "fast": 0, "1e9": 0} {
		got, err := given(text)
		if got != want || (err == nil) != (want != 0 || text == "") {
			t.Errorf("%q: got %g and %v, want %g", text, got, err, want)
		}
	}
}

// What is measured is a speed, whatever the machine's is.
func TestMeasure(t *testing.T) {
	if s := measure(); !(s.hashes > 0) || !(s.starts > 0) {
		t.Errorf("measured %+v", s)
	}
}
