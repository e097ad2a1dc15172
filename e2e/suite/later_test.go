//go:build e2e && linux

package suite

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/cert"
	"k8s.io/utils/ptr"

	"github.com/softstop/softstop/e2e/demo/images"
)

// laterLabel is a label of the namespaces in whose pods the later webhook meddles.
const laterLabel = "softstop.test/later"

// serveLater starts a webhook that the API server calls after ours and that adds a container named
// later (hard pod 35).
func (s *suite) serveLater(t *testing.T) {
	t.Helper()
	address := net.JoinHostPort(s.Node.Address(), "8443")
	ca, key, err := cert.GenerateSelfSignedCertKey(s.Node.Address(), []net.IP{net.ParseIP(s.Node.Address())}, nil)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(ca, key)
	if err != nil {
		t.Fatal(err)
	}
	s.serveTLS(t, address, http.HandlerFunc(addContainer), &tls.Config{Certificates: []tls.Certificate{pair}})
	configurations := s.Client.AdmissionregistrationV1().MutatingWebhookConfigurations()
	// Webhooks are called in the order of their configurations' names.
	c := &admissionregistrationv1.MutatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "zz-later"}}
	c.Webhooks = []admissionregistrationv1.MutatingWebhook{{
		Name: "later.softstop.test", AdmissionReviewVersions: []string{"v1"}, SideEffects: ptr.To(admissionregistrationv1.SideEffectClassNone),
		ClientConfig:      admissionregistrationv1.WebhookClientConfig{URL: ptr.To("https://" + address), CABundle: ca},
		NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{laterLabel: "true"}},
		Rules: []admissionregistrationv1.RuleWithOperations{{
			Operations: []admissionregistrationv1.OperationType{admissionregistrationv1.Create},
			Rule:       admissionregistrationv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"pods"}},
		}},
	}}
	if _, err := configurations.Create(t.Context(), c, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := configurations.Delete(context.Background(), c.Name, metav1.DeleteOptions{}); err != nil {
			t.Error(err)
		}
	})
	// The API server hears of a new webhook a moment later.
	ns := s.namespace(t, "later", map[string]string{laterLabel: "true"})
	eventually(t, func(context.Context) error {
		if got := s.create(t, asked(ns, "probe", images.App, "/app"), true); len(got.pod.Spec.Containers) != 2 {
			return errors.New("the later webhook is not called")
		}
		return nil
	})
}

// addContainer answers a review with a patch that adds a container.
func addContainer(w http.ResponseWriter, r *http.Request) {
	var review admissionv1.AdmissionReview
	if err := json.NewDecoder(r.Body).Decode(&review); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	review.Response = &admissionv1.AdmissionResponse{
		UID: review.Request.UID, Allowed: true, PatchType: ptr.To(admissionv1.PatchTypeJSONPatch),
		Patch: []byte(`[{"op": "add", "path": "/spec/containers/-", "value": {"name": "later", "image": "` + images.App + `",
			"imagePullPolicy": "Never", "command": ["sh", "-c", "/app --name=later; echo ended"]}}]`),
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(review)
}
