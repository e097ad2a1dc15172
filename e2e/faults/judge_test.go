//go:build linux

package main

import (
	"strings"
	"testing"

	"github.com/softstop/softstop/e2e/faults/load"
)

// TestJudge breaks each promise once.
func TestJudge(t *testing.T) {
	for name, c := range map[string]struct {
		fault fault
		tally load.Tally
		want  string
	}{
		"nothing":                      {fault{}, load.Tally{Created: 9, Of: map[load.Result]int{load.Injected: 9}}, ""},
		"rejected":                     {fault{passes: true, starves: true}, load.Tally{Created: 9, Of: map[load.Result]int{load.Rejected: 1}}, "1 pods were rejected"},
		"wrong":                        {fault{passes: true, starves: true}, load.Tally{Created: 9, Of: map[load.Result]int{load.Wrong: 2}}, "2 pods were changed wrongly"},
		"unmutated":                    {fault{}, load.Tally{Created: 9, Of: map[load.Result]int{load.Unmutated: 3}}, "3 pods were admitted unmutated"},
		"unmutated, nobody was there":  {fault{passes: true}, load.Tally{Created: 9, Of: map[load.Result]int{load.Unmutated: 3}}, ""},
		"did not start":                {fault{passes: true}, load.Tally{Created: 9, Awaited: 4, Ran: 3}, "1 pods did not start"},
		"did not start, nor could any": {fault{starves: true}, load.Tally{Created: 9, Awaited: 4, Ran: 3}, ""},
		"no load":                      {fault{}, load.Tally{}, "no pod was created at all"},
	} {
		broken := strings.Join(judge([]row{{fault: c.fault, Tally: c.tally}}), "; ")
		if (c.want == "") != (broken == "") || !strings.Contains(broken, c.want) {
			t.Errorf("%s: %q, want %q", name, broken, c.want)
		}
	}
}
