package stops

import (
	"fmt"
	"testing"
	"time"
)

// TestNamesAreBounded: tenants that name a new owner for each pod make no more series than there is
// room for, and take no other namespace's.
func TestNamesAreBounded(t *testing.T) {
	n, series := names{}, map[string]bool{}
	for i := range 5000 {
		series[n.bounded("tenant", fmt.Sprintf("Job/%d", i))] = true
	}
	if len(series) != perNamespace+1 || n.bounded("tenant", "Job/1") != "Job/1" || n.bounded("shop", "Deployment/web") != "Deployment/web" {
		t.Errorf("%d series", len(series))
	}
	for i := range 2 * inAll {
		n.bounded(fmt.Sprintf("namespace-%d", i/100), fmt.Sprintf("Job/%d", i))
	}
	all := 0
	for _, of := range n {
		all += len(of)
	}
	if all > inAll {
		t.Errorf("%d series in all", all)
	}
	counts := newTallies(time.Now())
	for i := range 2 * inAll {
		counts.add(fmt.Sprint(i), time.Now(), true)
	}
	if len(counts.of) > inAll {
		t.Errorf("%d tallies", len(counts.of))
	}
}
