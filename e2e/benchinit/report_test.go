package main

import (
	"strings"
	"testing"

	"github.com/softstop/softstop/e2e/bench/figures"
)

func TestGoalIsMeasuredAgainstItsRival(t *testing.T) {
	r := results{Rows: map[string]figures.Row{"rss": {softstop: {20}, tiniStatic: {100}}, "threads": {softstop: {2}}}}
	for key, want := range map[string]string{"rss": "✓", "threads": "✗"} {
		for _, f := range lines() {
			if f.key != key {
				continue
			}
			if words, verdict := r.goal(f); verdict != want || !strings.Contains(words, "at most") {
				t.Errorf("%s: %q %q, not %q", key, words, verdict, want)
			}
		}
	}
}
