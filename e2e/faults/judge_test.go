//go:build linux

package main

import (
	"strings"
	"testing"

	"github.com/softstop/softstop/e2e/faults/load"
	"github.com/softstop/softstop/e2e/faults/nodeplugin"
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

// TestJudgeNode breaks each promise about the nodes' plugin once.
func TestJudgeNode(t *testing.T) {
	type counts = map[nodeplugin.How]int
	for name, c := range map[string]struct {
		misfortune string
		of, bare   counts
		want       string
	}{
		"well":                     {calm, counts{nodeplugin.OnNode: 9}, counts{nodeplugin.Bare: 9}, ""},
		"well, and one without":    {calm, counts{nodeplugin.OnNode: 8, nodeplugin.Without: 1}, nil, "8 of 9 pods were wrapped"},
		"killed, and one without":  {"killed", counts{nodeplugin.OnNode: 8, nodeplugin.Without: 1}, nil, ""},
		"no pods":                  {"killed", nil, counts{nodeplugin.Bare: 1}, "0 of 0 pods"},
		"failed":                   {"killed", counts{nodeplugin.OnNode: 8, nodeplugin.Failed: 1}, nil, "1 pods failed"},
		"failed, as others do":     {"containerd", counts{nodeplugin.OnNode: 8, nodeplugin.Failed: 1}, counts{nodeplugin.Failed: 1}, ""},
		"wrong":                    {"killed", counts{nodeplugin.OnNode: 8, nodeplugin.Wrong: 1}, counts{nodeplugin.Wrong: 1}, "1 pods wrong"},
		"wrong without opting in":  {"killed", counts{nodeplugin.OnNode: 8}, counts{nodeplugin.Wrong: 1}, "0 pods wrong (1 that did not opt in)"},
		"another carrier is right": {"hung", counts{nodeplugin.Otherwise: 9}, nil, ""},
	} {
		broken := strings.Join(judgeNode([]nodeRow{{Misfortune: nodeplugin.Misfortune{Name: c.misfortune}, of: c.of, bare: c.bare}}), "; ")
		if (c.want == "") != (broken == "") || !strings.Contains(broken, c.want) {
			t.Errorf("%s: %q, want %q", name, broken, c.want)
		}
	}
}
