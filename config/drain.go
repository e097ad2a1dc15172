package config

import (
	"time"

	"github.com/softstop/softstop/config/v1alpha1"
	"github.com/softstop/softstop/initbin"
)

// Drain is how long a container goes on serving after it was asked to stop: at least Min, and then
// until nobody asks it for anything any more, at most Max. Where both are the same it is a fixed
// time.
type Drain struct{ Min, Max time.Duration }

// FixedDrain always takes d.
func FixedDrain(d time.Duration) Drain { return Drain{d, d} }

// IsRange reports whether d may end before its maximum.
func (d Drain) IsRange() bool { return d.Max > d.Min }

// String returns d as people write it: 5s, or 5s..2m0s.
func (d Drain) String() string {
	if !d.IsRange() {
		return d.Min.String()
	}
	return initbin.FormatDrain(d.Min, d.Max)
}

// AtLeast returns d, made longer where other is: both its minimum and its maximum.
func (d Drain) AtLeast(other Drain) Drain { return Drain{max(d.Min, other.Min), max(d.Max, other.Max)} }

// AtMost returns d within limit.
func (d Drain) AtMost(limit time.Duration) Drain { return Drain{min(d.Min, limit), min(d.Max, limit)} }

// After returns what is left of d when so much time has gone by.
func (d Drain) After(gone time.Duration) Drain { return Drain{max(0, d.Min-gone), max(0, d.Max-gone)} }

// drains are durations up to 24h, and ranges of two.
func drains() form[Drain] {
	const duration = `(0|([0-9]+([.][0-9]+)?(h|m|s|ms|us|µs|ns))+)`
	return form[Drain]{
		allowed: "a duration from 0s to 24h such as 5s, or two of them such as 5s..2m, the shorter one first",
		schema:  `{"type": "string", "pattern": "^` + duration + `([.][.]` + duration + `)?$"}`,
		parse: func(text string) (Drain, bool) {
			least, most, ok := initbin.ParseDrain(text)
			return Drain{least, max(least, most)}, ok
		},
		format: Drain.String,
		text:   v1alpha1.Value.Text,
	}
}
