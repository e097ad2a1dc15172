//go:build linux

package apiserver

import (
	"context"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/softstop/softstop/config"
)

// resources reads a list such as cpu, 1, memory, 64Mi.
func resources(pairs ...string) corev1.ResourceList {
	list := corev1.ResourceList{}
	for i := 0; i+1 < len(pairs); i += 2 {
		list[corev1.ResourceName(pairs[i])] = resource.MustParse(pairs[i+1])
	}
	return list
}

// limit gives a namespace a quota and a LimitRange for containers, and returns the quota
// once both hold.
func (s *suite) limit(t *testing.T, namespace string, hard corev1.ResourceList, item corev1.LimitRangeItem) *corev1.ResourceQuota {
	t.Helper()
	quota := &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "quota"}, Spec: corev1.ResourceQuotaSpec{Hard: hard}}
	item.Type = corev1.LimitTypeContainer
	limits := &corev1.LimitRange{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "limits"}, Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{item}}}
	for _, object := range []client.Object{quota, limits} {
		if err := s.client.Create(t.Context(), object); err != nil {
			t.Fatal(err)
		}
	}
	// No controller runs here that would fill in the quota's status.
	quota.Status = corev1.ResourceQuotaStatus{Hard: hard, Used: corev1.ResourceList{}}
	for name := range hard {
		quota.Status.Used[name] = resource.MustParse("0")
	}
	if err := s.client.Status().Update(t.Context(), quota); err != nil {
		t.Fatal(err)
	}
	// The API server's caches of quota and limits follow within a moment; a pod that
	// breaks them is refused from then on.
	breaks := pod(namespace, "breaks", map[string]string{config.InjectKey: "false"})
	breaks.Spec.Containers[0].Resources.Limits = resources("cpu", "100", "memory", "1")
	eventually(t, "quota and LimitRange hold", func(ctx context.Context) (bool, error) {
		return s.client.Create(ctx, breaks.DeepCopy(), client.DryRunAll) != nil, nil
	})
	return quota
}

// limited makes a namespace with a quota that demands requests and limits of every
// container and has room for them, and a LimitRange with all that one can have.
func (s *suite) limited(t *testing.T, name string, labels map[string]string) {
	t.Helper()
	s.namespace(t, name, labels)
	s.limit(t, name, resources("requests.cpu", "1k", "limits.cpu", "1k", "requests.memory", "1Ti", "limits.memory", "1Ti"), corev1.LimitRangeItem{
		Min: resources("cpu", "10m", "memory", "4Mi"), Max: resources("cpu", "8", "memory", "4Gi"),
		DefaultRequest: resources("cpu", "100m", "memory", "64Mi"), Default: resources("cpu", "200m", "memory", "64Mi"),
		MaxLimitRequestRatio: resources("cpu", "4"),
	})
}

// quotaAndLimits holds hard pods 62 and 63: a quota that demands limits and has room for
// one pod just as it is, and a LimitRange with a minimum, a maximum and a ratio.
func (s *suite) quotaAndLimits(t *testing.T) {
	s.namespace(t, "tight", map[string]string{config.InjectKey: config.InjectEnabled})
	hard := resources("requests.cpu", "100m", "limits.cpu", "200m", "requests.memory", "64Mi", "limits.memory", "64Mi")
	quota := s.limit(t, "tight", hard, corev1.LimitRangeItem{
		Min: resources("cpu", "100m", "memory", "64Mi"), Max: resources("cpu", "200m", "memory", "64Mi"), MaxLimitRequestRatio: resources("cpu", "2"),
	})
	p := pod("tight", "fits", nil)
	p.Spec.Containers[0].Resources = corev1.ResourceRequirements{Requests: resources("cpu", "100m", "memory", "64Mi"), Limits: resources("cpu", "200m", "memory", "64Mi")}
	if err := s.client.Create(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if len(p.Spec.InitContainers) != 1 {
		t.Errorf("no carrier: %+v", p.Spec)
	}
	if err := s.client.Get(t.Context(), client.ObjectKeyFromObject(quota), quota); err != nil {
		t.Fatal(err)
	}
	for name, used := range quota.Status.Used {
		if want := hard[name]; used.Cmp(want) != 0 {
			t.Errorf("the pod counts for %s of %s, want %s", used.String(), name, want.String())
		}
	}
}
