//go:build linux

package scale

import (
	"strings"
	"testing"
	"time"

	"github.com/softstop/softstop/e2e/bench/figures"
	"github.com/softstop/softstop/e2e/bench/images"
)

// fixture are results of ten pods in four seconds.
func fixture() results {
	r := results{
		Options: Options{Workloads: 2, Each: 5, Namespaces: 1, Clients: 1}, took: 4 * time.Second, wrapped: 10, asked: images.Asked{Tags: 2, Manifests: 1},
		before: state{working: 20, processor: 1, answered: 5}, after: state{working: 30, processor: 1.01, answered: 15},
	}
	for _, memory := range []float64{22, 24, 0, 26} {
		r.seconds = append(r.seconds, second{latency: figures.Row{"": {5, 5, 7}}, memory: memory})
	}
	return r
}

func TestSection(t *testing.T) {
	s := fixture().section()
	for _, want := range []string{"**2 a second**", "**1.00 ms**", "80.0 %", "90.0 %", "5 ms, 7 ms", "**20 MiB**", "1.00 ms an admission is 1.0 cores at 1000"} {
		if !strings.Contains(s.Text, want) {
			t.Errorf("no %q in:\n%s", want, s.Text)
		}
	}
	for _, g := range s.Goals {
		if !g.Met {
			t.Errorf("%+v", g)
		}
	}
}

// TestGoalsAreMissed: memory that grows, and pods that were not wrapped.
func TestGoalsAreMissed(t *testing.T) {
	r := fixture()
	r.before.working, r.after.working, r.seconds[3].memory, r.wrapped = 41, 65, 100, 9
	for _, g := range r.section().Goals {
		if g.Met {
			t.Errorf("%+v", g)
		}
	}
}
