package stops

import (
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
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
		counts.add(fmt.Sprint(i), Stop{At: time.Now(), Forced: true})
	}
	if len(counts.of) > inAll {
		t.Errorf("%d tallies", len(counts.of))
	}
}

// TestLongOwnersAreBounded: owners whose names have a megabyte each, which Kubernetes admits, are
// neither kept nor told one by one.
func TestLongOwnersAreBounded(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for _, owner := range []metav1.OwnerReference{{Name: long}, {Kind: long}, {APIVersion: long}, {UID: types.UID(long)}} {
		owner.Controller = new(true)
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{OwnerReferences: []metav1.OwnerReference{{Name: long}, owner}}}
		kept, err := Trim(pod)
		if err != nil {
			t.Fatal(err)
		}
		if size := len(fmt.Sprint(kept)); size > 8<<10 {
			t.Errorf("%d bytes are kept", size)
		}
		if got := workload(kept.(*corev1.Pod)); len(got) > maxName {
			t.Errorf("it is named with %d bytes", len(got))
		}
	}
}
