//go:build linux

package apiserver

import (
	"reflect"
	"strings"
	"testing"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/softstop/softstop/e2e/await"
)

type (
	configuration = admissionregistrationv1.MutatingWebhookConfiguration
	entry         = admissionregistrationv1.MutatingWebhook
)

// widened are changes of an entry by which whoever took the webhook over would gain something, or
// break something, by the field's name in JSON.
var widened = map[string]func(*entry){
	"name": func(e *entry) { e.Name = "other.softstop.dev" },
	"service": func(e *entry) {
		e.ClientConfig.URL = nil
		e.ClientConfig.Service = &admissionregistrationv1.ServiceReference{Namespace: "kube-system", Name: "other"}
	},
	"url":   func(e *entry) { e.ClientConfig.URL = new("https://elsewhere.example/mutate") },
	"rules": func(e *entry) { e.Rules[0].Resources = []string{"*"} },
	"failurePolicy": func(e *entry) {
		e.FailurePolicy = new(admissionregistrationv1.Fail)
	},
	"matchPolicy":       func(e *entry) { e.MatchPolicy = new(admissionregistrationv1.Exact) },
	"namespaceSelector": func(e *entry) { e.NamespaceSelector = &metav1.LabelSelector{} },
	"objectSelector":    func(e *entry) { e.ObjectSelector.MatchLabels = map[string]string{"app": "bank"} },
	"sideEffects": func(e *entry) {
		e.SideEffects = new(admissionregistrationv1.SideEffectClassNone)
	},
	"timeoutSeconds":          func(e *entry) { e.TimeoutSeconds = new(int32(29)) },
	"admissionReviewVersions": func(e *entry) { e.AdmissionReviewVersions = []string{"v1", "v1beta1"} },
	"reinvocationPolicy": func(e *entry) {
		e.ReinvocationPolicy = new(admissionregistrationv1.NeverReinvocationPolicy)
	},
	"matchConditions": func(e *entry) { e.MatchConditions = nil },
}

// onlyItsBundle: the account that the chart gives the webhook may write its configuration, and can
// change nothing of it but caBundle. A field that the API gains fails until it is held, too.
func (s *suite) onlyItsBundle(t *testing.T) {
	try := func(change func(*configuration)) (err error) {
		await.True(t, "nobody else writes at the same time", func() bool {
			var c configuration
			if err = s.webhook.Get(t.Context(), client.ObjectKey{Name: release}, &c); err == nil {
				change(&c)
				err = s.webhook.Update(t.Context(), &c, client.DryRunAll)
			}
			return !apierrors.IsConflict(err)
		})
		return err
	}
	if err := try(func(c *configuration) { c.Webhooks[0].ClientConfig.CABundle = nil }); err != nil {
		t.Errorf("the webhook cannot write caBundle: %v", err)
	}
	refused := func(what string, change func(*configuration)) {
		if err := try(change); err == nil || !strings.Contains(err.Error(), "may change nothing of its configuration but caBundle") {
			t.Errorf("%s of its configuration, changed by the webhook: %v", what, err)
		}
	}
	for name, change := range widened {
		refused(name, func(c *configuration) { change(&c.Webhooks[1]) })
	}
	for _, of := range []reflect.Type{reflect.TypeFor[entry](), reflect.TypeFor[admissionregistrationv1.WebhookClientConfig]()} {
		for i := range of.NumField() {
			name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			if widened[name] == nil && name != "caBundle" && name != "clientConfig" {
				t.Errorf("the API has the field %s, which no change here tries", name)
			}
		}
	}
	refused("the number of entries", func(c *configuration) { c.Webhooks = c.Webhooks[:1] })
	refused("labels", func(c *configuration) { c.Labels = nil })
	refused("annotations", func(c *configuration) { c.Annotations = map[string]string{"helm.sh/resource-policy": "keep"} })
	refused("finalizers", func(c *configuration) { c.Finalizers = []string{"softstop.dev/stay"} })
	refused("owners", func(c *configuration) {
		c.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "Namespace", Name: "softstop", UID: c.UID}}
	})
}
