//go:build linux

package rollout

import (
	"strings"
	"testing"

	"github.com/softstop/softstop/e2e/bench/load"
)

// fixture are results in which every cell has 100 answered requests a second for two seconds, and
// every cell was restarted twice.
func fixture() *results {
	r := &results{Options: Options{Rate: 50}, tallies: map[string]*load.Tally{}, restarts: map[string]int{}}
	for _, s := range servers() {
		for _, c := range configurations() {
			name := cell{s, c}.name()
			r.tallies[name] = &load.Tally{Name: name, Seconds: []map[load.Kind]int{{load.OK: 100}, {load.OK: 100}}}
			r.restarts[name] = 2
		}
	}
	return r
}

// TestOneFailureMissesTheGoal: a single failed request with softstop is seen in the goal, the table
// and the picture.
func TestOneFailureMissesTheGoal(t *testing.T) {
	for failed, mark := range map[int]string{0: "✓", 1: "✗"} {
		r := fixture()
		if failed > 0 {
			r.tally("go-shell", softstop).Seconds[1][load.Reset] = failed
		}
		s := r.section()
		if got := s.Goals[1].Mark(); got != mark || !strings.Contains(s.Goals[1].What, "sh -c") {
			t.Errorf("%d failed: goal %+v", failed, s.Goals[1])
		}
		if got := strings.Contains(s.Text, "**1 of 201 (1 reset)**"); got != (failed > 0) {
			t.Errorf("%d failed:\n%s", failed, s.Text)
		}
		if got := strings.Contains(s.Pictures[Picture], `class="failed"`); got != (failed > 0) {
			t.Errorf("%d failed:\n%s", failed, s.Pictures[Picture])
		}
	}
}

// TestPictureAddsTheServersUp: 300 requests a second without, 300 with.
func TestPictureAddsTheServersUp(t *testing.T) {
	r := fixture()
	if got := r.picture(); !strings.Contains(got, ">500<") || !strings.Contains(got, "2 rolling restarts of 3") {
		t.Errorf("the scale should end at the next round number above 300:\n%s", got)
	}
	r.restarts["nginx/softstop"] = 1
	if got := r.times(); got != "1 to 2" {
		t.Errorf("restarted %s times", got)
	}
}
