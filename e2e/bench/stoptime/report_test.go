//go:build linux

package stoptime

import (
	"strings"
	"testing"
	"time"
)

// TestSection: medians and the worst of each field, and exit codes counted as clean.
func TestSection(t *testing.T) {
	var stops []stop
	for _, f := range forms() {
		for _, softstop := range []bool{false, true} {
			for i := range 3 {
				s := stop{form: f, softstop: softstop, took: time.Duration(2+i) * time.Second}
				if f.name == "shell" && !softstop {
					s.took, s.exitCode = 30*time.Second, 137
				}
				stops = append(stops, s)
			}
		}
	}
	got := section(stops)
	if want := "`sh -c \"app; …\"` | 30.00 | 30.00 | 0 of 3 | **3.00** | 4.00 | 3 of 3 |"; !strings.Contains(got.Text, want) {
		t.Errorf("no %q in:\n%s", want, got.Text)
	}
	for _, g := range got.Goals {
		if !g.Met {
			t.Errorf("%+v", g)
		}
	}
	stops[len(stops)-1].exitCode = 137
	if goals := section(stops).Goals; goals[len(goals)-1].Met {
		t.Error("a stop that was not clean is not seen")
	}
}
