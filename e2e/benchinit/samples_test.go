package main

import (
	"math"
	"strings"
	"testing"
)

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		of   samples
		want float64
	}{{nil, 0}, {samples{3}, 3}, {samples{9, 1, 5}, 5}, {samples{4, 1, 2, 100}, 3}} {
		if got := c.of.median(); got != c.want {
			t.Errorf("median of %v is %v, not %v", c.of, got, c.want)
		}
	}
}

func TestLessTakesTheBaseOffAndLeavesItOut(t *testing.T) {
	r := row{bare: {10, 12, 11}, tini: {15, 16, 17}}.less(bare)
	if _, there := r[bare]; there || math.Abs(r[tini].median()-5) > 1e-9 {
		t.Errorf("less the bare child: %v", r)
	}
}

func TestGoalIsMeasuredAgainstItsRival(t *testing.T) {
	r := results{Rows: map[string]row{"rss": {softstop: {20}, tiniStatic: {100}}, "threads": {softstop: {2}}}}
	for key, want := range map[string]string{"rss": "✓", "threads": "✗"} {
		for _, f := range figures() {
			if f.key != key {
				continue
			}
			if words, verdict := r.goal(f); verdict != want || !strings.Contains(words, "at most") {
				t.Errorf("%s: %q %q, not %q", key, words, verdict, want)
			}
		}
	}
}
