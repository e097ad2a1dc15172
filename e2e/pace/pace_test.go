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

// A promise that is kept costs no measurement; one that is not is asked again only where the
// machine turned out slower.
func TestHolds(t *testing.T) {
	if !Holds(func() bool { return true }) {
		t.Error("what is kept is called broken")
	}
	defer func(f float64, given bool) { here.factor, here.given = f, given }(Factor(), here.given)
	here.factor, here.given = 1, true
	asked := 0
	if Holds(func() bool { asked++; return false }) || asked != 1 {
		t.Errorf("asked %d times, want once: the factor is given", asked)
	}
	here.factor, here.given = 0.1, false // any machine is slower
	asked = 0
	if !Holds(func() bool { asked++; return Factor() >= 1 }) || asked != 2 {
		t.Errorf("asked %d times, want twice", asked)
	}
}
