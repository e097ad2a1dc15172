package serving

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
)

// TestSecretGoesWithTheConfiguration: a Secret that comes back while softstop is being
// uninstalled belongs to the configuration, which goes next, and has its labels.
func TestSecretGoesWithTheConfiguration(t *testing.T) {
	labels := map[string]string{"app.kubernetes.io/name": "softstop"}
	server := fake.NewClientBuilder().WithObjects(&admissionregistrationv1.MutatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: "c", UID: "1-2-3", Labels: labels}, Webhooks: []admissionregistrationv1.MutatingWebhook{{Name: "a"}},
	}).Build()
	k := &Keeper{
		Client: server, Secret: client.ObjectKey{Namespace: "s", Name: "tls"}, Configuration: "c",
		DNSNames: []string{"a"}, Rotation: DefaultRotation, Log: logr.Discard(),
	}
	for range 2 {
		if err := k.Ensure(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		var secret corev1.Secret
		if err := server.Get(t.Context(), k.Secret, &secret); err != nil {
			t.Fatal(err)
		}
		want := metav1.OwnerReference{APIVersion: "admissionregistration.k8s.io/v1", Kind: "MutatingWebhookConfiguration", Name: "c", UID: "1-2-3"}
		if !slices.Equal(secret.OwnerReferences, []metav1.OwnerReference{want}) || !maps.Equal(secret.Labels, labels) {
			t.Errorf("the Secret's owners are %v, its labels %v", secret.OwnerReferences, secret.Labels)
		}
		if err := server.Delete(t.Context(), &secret); err != nil {
			t.Fatal(err)
		}
	}
}

// TestReadyOnceTrusted: a replica whose authority the API server does not trust yet shows
// nothing and is not ready; the metric says when what it shows expires.
func TestReadyOnceTrusted(t *testing.T) {
	broken := true
	server := fake.NewClientBuilder().WithObjects(&admissionregistrationv1.MutatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: "c"}, Webhooks: []admissionregistrationv1.MutatingWebhook{{Name: "a"}},
	}).WithInterceptorFuncs(interceptor.Funcs{
		Update: func(ctx context.Context, c client.WithWatch, object client.Object, options ...client.UpdateOption) error {
			if _, is := object.(*admissionregistrationv1.MutatingWebhookConfiguration); is && broken {
				return errBroken
			}
			return c.Update(ctx, object, options...)
		},
	}).Build()
	k := &Keeper{
		Client: server, Secret: client.ObjectKey{Namespace: "s", Name: "tls"}, Configuration: "c",
		DNSNames: []string{"a"}, Rotation: DefaultRotation, Log: logr.Discard(),
	}
	registry := prometheus.NewPedanticRegistry()
	if err := RegisterMetrics(registry, k); err != nil {
		t.Fatal(err)
	}
	expiry := func() float64 {
		families, err := registry.Gather()
		if err != nil || len(families) != 1 {
			t.Fatalf("%v, %v", families, err)
		}
		return families[0].GetMetric()[0].GetGauge().GetValue()
	}
	now := time.Now()
	for range 2 {
		if err := k.Ensure(t.Context(), now); !errors.Is(err, errBroken) {
			t.Fatalf("the configuration could be written: %v", err)
		}
		if Ready(k)(nil) == nil || expiry() != 0 {
			t.Error("ready although the API server does not trust it")
		}
	}
	broken = false
	if err := k.Ensure(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	if err := Ready(k)(nil); err != nil {
		t.Error(err)
	}
	if rest := time.Unix(int64(expiry()), 0).Sub(now); rest < lives*DefaultRotation || rest > lives*DefaultRotation+time.Hour {
		t.Errorf("it expires in %s, want %s", rest, lives*DefaultRotation)
	}
}
