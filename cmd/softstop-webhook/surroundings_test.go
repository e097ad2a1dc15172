//go:build linux

package main

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/softstop/softstop/config"
)

// reinvocation is hard pod 35: a webhook that comes after ours adds a container, and
// the API server asks ours again.
func (s *suite) reinvocation(t *testing.T) {
	later := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var review admissionv1.AdmissionReview
		body, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(body, &review); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		review.Response = &admissionv1.AdmissionResponse{UID: review.Request.UID, Allowed: true, PatchType: new(admissionv1.PatchTypeJSONPatch),
			Patch: []byte(`[{"op":"add","path":"/spec/containers/-","value":{"name":"agent","image":"agent:1","command":["/agent"]}}]`)}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(review)
	}))
	defer later.Close()
	c := &admissionregistrationv1.MutatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "zz-later"}}
	c.Webhooks = []admissionregistrationv1.MutatingWebhook{{
		Name: "later.example.com", AdmissionReviewVersions: []string{"v1"}, SideEffects: new(admissionregistrationv1.SideEffectClassNone),
		ClientConfig:      admissionregistrationv1.WebhookClientConfig{URL: new(later.URL), CABundle: pemOf(later.TLS.Certificates[0].Certificate[0])},
		NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": "later"}},
		Rules: []admissionregistrationv1.RuleWithOperations{{
			Operations: []admissionregistrationv1.OperationType{"CREATE"},
			Rule:       admissionregistrationv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"pods"}},
		}},
	}}
	if err := s.client.Create(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.client.Delete(t.Context(), c) }()
	s.namespace(t, "later", map[string]string{config.InjectKey: config.InjectEnabled})
	var p *corev1.Pod
	err := wait.PollUntilContextTimeout(t.Context(), 50*time.Millisecond, 30*time.Second, true, func(ctx context.Context) (bool, error) {
		p = pod("later", "both", nil)
		err := s.client.Create(ctx, p, client.DryRunAll)
		return len(p.Spec.Containers) == 2, err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range p.Spec.Containers {
		if len(c.Command) == 0 || c.Command[0] != "/softstop/softstop-init" {
			t.Errorf("container %s is not wrapped: %q", c.Name, c.Command)
		}
	}
	if len(p.Spec.InitContainers) != 1 || len(p.Spec.Volumes) != 1 {
		t.Errorf("the carrier was brought twice: %+v", p.Spec)
	}
}

// nodes: what the nodes are too old for is noticed by the webhook, not by the user
// (hard pod 52); where they all can, auto brings the init by an image volume, which the
// restricted profile allows, too.
func (s *suite) nodes(t *testing.T) {
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "one"}}
	if err := s.client.Create(t.Context(), node); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.client.Delete(t.Context(), node) }()
	await := func(kubelet, runtime string, as func(*corev1.Pod) bool) {
		t.Helper()
		node.Status.NodeInfo = corev1.NodeSystemInfo{KubeletVersion: kubelet, ContainerRuntimeVersion: runtime, OperatingSystem: "linux", Architecture: "amd64"}
		if err := s.client.Status().Update(t.Context(), node); err != nil {
			t.Fatal(err)
		}
		var p *corev1.Pod
		err := wait.PollUntilContextTimeout(t.Context(), 50*time.Millisecond, 20*time.Second, true, func(ctx context.Context) (bool, error) {
			p = pod("restricted", "nodes", map[string]string{"softstop.dev/carrier": "auto"})
			tighten(p)
			err := s.client.Create(ctx, p, client.DryRunAll)
			return err == nil && as(p), err
		})
		if err != nil {
			t.Errorf("kubelet %s, runtime %s: %v: %+v", kubelet, runtime, err, p.Spec)
		}
	}
	emptyDir := func(p *corev1.Pod) bool { return len(p.Spec.InitContainers) == 1 && p.Spec.Volumes[0].EmptyDir != nil }
	preStop := func(p *corev1.Pod) *corev1.LifecycleHandler { return p.Spec.Containers[0].Lifecycle.PreStop }
	await("v1.36.3", "containerd://2.4.2", func(p *corev1.Pod) bool {
		return len(p.Spec.InitContainers) == 0 && p.Spec.Volumes[0].Image != nil && preStop(p).Sleep != nil
	})
	await("v1.36.3", "containerd://1.7.28", func(p *corev1.Pod) bool { return emptyDir(p) && preStop(p).Sleep != nil })
	await("v1.29.9", "containerd://2.4.2", func(p *corev1.Pod) bool { return emptyDir(p) && preStop(p).Exec != nil })
}

// quotaAndLimits holds hard pods 62 and 63: a quota that demands limits, and a
// LimitRange with a minimum, a maximum and a ratio. Nothing about the pod's request
// changes.
func (s *suite) quotaAndLimits(t *testing.T) {
	s.namespace(t, "tight", map[string]string{config.InjectKey: config.InjectEnabled})
	hard := corev1.ResourceList{
		corev1.ResourceRequestsCPU: resource.MustParse("100m"), corev1.ResourceLimitsCPU: resource.MustParse("200m"),
		corev1.ResourceRequestsMemory: resource.MustParse("64Mi"), corev1.ResourceLimitsMemory: resource.MustParse("64Mi"),
	}
	quota := &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Namespace: "tight", Name: "quota"}, Spec: corev1.ResourceQuotaSpec{Hard: hard}}
	limits := &corev1.LimitRange{ObjectMeta: metav1.ObjectMeta{Namespace: "tight", Name: "limits"}, Spec: corev1.LimitRangeSpec{
		Limits: []corev1.LimitRangeItem{{
			Type:                 corev1.LimitTypeContainer,
			Min:                  corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("100m"), corev1.ResourceMemory: resource.MustParse("64Mi")},
			Max:                  corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("200m"), corev1.ResourceMemory: resource.MustParse("64Mi")},
			MaxLimitRequestRatio: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("2")},
		}},
	}}
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
	p := pod("tight", "fits", nil)
	p.Spec.Containers[0].Resources = corev1.ResourceRequirements{
		Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("100m"), corev1.ResourceMemory: resource.MustParse("64Mi")},
		Limits:   corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("200m"), corev1.ResourceMemory: resource.MustParse("64Mi")},
	}
	// The API server's caches of quota and limits follow within a moment; a pod that
	// breaks them is refused from then on.
	breaks := pod("tight", "breaks", map[string]string{config.InjectKey: "false"})
	err := wait.PollUntilContextTimeout(t.Context(), 50*time.Millisecond, 30*time.Second, true, func(ctx context.Context) (bool, error) {
		return s.client.Create(ctx, breaks.DeepCopy(), client.DryRunAll) != nil, nil
	})
	if err != nil {
		t.Fatal("quota and LimitRange do not work here: ", err)
	}
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

func pemOf(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
