package serving

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
)

// A replica that starts while an authority is being replaced has to be sure of what it serves, and
// looked again only a minute later: after all replicas had been away, nobody answered for so long.
func TestStartDuringARotation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := fake.NewClientBuilder().WithObjects(&admissionregistrationv1.MutatingWebhookConfiguration{
			ObjectMeta: metav1.ObjectMeta{Name: "c"}, Webhooks: []admissionregistrationv1.MutatingWebhook{{Name: "a"}},
		}).Build()
		replica := func() *Keeper {
			return &Keeper{
				Client: server, Secret: client.ObjectKey{Namespace: "s", Name: "tls"}, Configuration: "c",
				DNSNames: []string{"a"}, Rotation: DefaultRotation, Log: logr.Discard(),
			}
		}
		earlier := replica()
		for range 2 {
			if err := earlier.Ensure(t.Context(), time.Now()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(DefaultRotation + time.Hour) //nolint:forbidigo // of the fake clock
		}
		if len(earlier.known) != 2 {
			t.Fatalf("%d authorities, want 2: no rotation is going on", len(earlier.known))
		}
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		started := replica()
		go func() { _ = started.Start(ctx) }()
		time.Sleep(settled(DefaultRotation) + time.Second) //nolint:forbidigo // of the fake clock
		synctest.Wait()
		if _, err := started.Current(); err != nil {
			t.Error(err)
		}
	})
}
