//go:build linux

package main

import (
	"testing"
	"time"
)

func TestJudge(t *testing.T) {
	q := quantity{metric: "m", per: 1, share: 0.05, more: 2}
	series := func(value func(i int) float64) []sample {
		var all []sample
		for i := range 100 {
			all = append(all, sample{time.Duration(i) * time.Second, map[string]float64{"m": value(i)}})
		}
		return all
	}
	saw := func(i int) float64 { return 40 + 4*float64(i%5) }
	for name, c := range map[string]struct {
		samples []sample
		grew    bool
	}{
		"flat":               {series(func(int) float64 { return 50 }), false},
		"a collector's saw":  {series(saw), false},
		"a leak in the saw":  {series(func(i int) float64 { return saw(i) + float64(i)/5 }), true},
		"only the warm-up":   {series(func(i int) float64 { return min(float64(i)*3, 50) }), false},
		"shrinking":          {series(func(i int) float64 { return 100 - float64(i) }), false},
		"too few to tell":    {series(saw)[:2], true},
		"nobody measures it": {make([]sample, 100), true},
		"one value is a lot": {series(func(i int) float64 { return map[bool]float64{true: 500, false: 50}[i == 99] }), false},
	} {
		if got := judge(q, c.samples); got.grew != c.grew {
			t.Errorf("%s: grew is %v, %+v", name, got.grew, got)
		}
	}
}
