//go:build linux

package apiserver

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/e2e/await"
)

// addAgent has a webhook that comes after ours add a container to the pods of a namespace, until what
// it returns is called.
func (s *suite) addAgent(t *testing.T, namespace string) (end func()) {
	t.Helper()
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
	c := &admissionregistrationv1.MutatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "zz-later"}}
	c.Webhooks = []admissionregistrationv1.MutatingWebhook{{
		Name: "later.example.com", AdmissionReviewVersions: []string{"v1"}, SideEffects: new(admissionregistrationv1.SideEffectClassNone),
		ClientConfig:      admissionregistrationv1.WebhookClientConfig{URL: new(later.URL), CABundle: pemOf(later.TLS.Certificates[0].Certificate[0])},
		NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": namespace}},
		Rules: []admissionregistrationv1.RuleWithOperations{{
			Operations: []admissionregistrationv1.OperationType{"CREATE"},
			Rule:       admissionregistrationv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"pods"}},
		}},
	}}
	if err := s.client.Create(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return func() {
		_ = s.client.Delete(t.Context(), c)
		later.Close()
	}
}

// reinvocation is hard pod 35: a webhook that comes after ours adds a container, and
// the API server asks ours again.
func (s *suite) reinvocation(t *testing.T) {
	defer s.addAgent(t, "later")()
	s.namespace(t, "later", map[string]string{config.InjectKey: config.InjectEnabled})
	var p *corev1.Pod
	eventually(t, "both webhooks are called", func(ctx context.Context) (bool, error) {
		p = pod("later", "both", nil)
		err := s.client.Create(ctx, p, client.DryRunAll)
		return len(p.Spec.Containers) == 2, err
	})
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
	follows := func(kubelet, runtime string, as func(*corev1.Pod) bool) {
		t.Helper()
		node.Status.NodeInfo = corev1.NodeSystemInfo{KubeletVersion: kubelet, ContainerRuntimeVersion: runtime, OperatingSystem: "linux", Architecture: "amd64"}
		if err := s.client.Status().Update(t.Context(), node); err != nil {
			t.Fatal(err)
		}
		await.NoError(t, fmt.Sprintf("a pod as it must be for kubelet %s, runtime %s", kubelet, runtime), func() error {
			p := pod("restricted", "nodes", map[string]string{"softstop.dev/carrier": "auto"})
			tighten(p)
			err := s.client.Create(t.Context(), p, client.DryRunAll)
			if err == nil && !as(p) {
				err = fmt.Errorf("got %+v", p.Spec)
			}
			return err
		})
	}
	emptyDir := func(p *corev1.Pod) bool { return len(p.Spec.InitContainers) == 1 && p.Spec.Volumes[0].EmptyDir != nil }
	preStop := func(p *corev1.Pod) *corev1.LifecycleHandler { return p.Spec.Containers[0].Lifecycle.PreStop }
	follows("v1.36.3", "containerd://2.4.2", func(p *corev1.Pod) bool {
		return len(p.Spec.InitContainers) == 0 && p.Spec.Volumes[0].Image != nil && preStop(p).Sleep != nil
	})
	follows("v1.36.3", "containerd://1.7.28", func(p *corev1.Pod) bool { return emptyDir(p) && preStop(p).Sleep != nil })
	follows("v1.29.9", "containerd://2.4.2", func(p *corev1.Pod) bool { return emptyDir(p) && preStop(p).Exec != nil })
}

func pemOf(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
