package serving

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/go-logr/logr"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
)

const (
	testPeriod = 1000 * time.Second
	// testLate is how long after a write the API server still goes by what was before.
	testLate = 4 * time.Second
)

// history is three replicas and an API server over a simulated time of many periods. The
// real API server is in e2e/apiserver, with the time it really takes.
type history struct {
	*rand.Rand
	t        *testing.T
	client   client.Client
	now      time.Time
	replicas [3]*Keeper
	bundles  []bundleSince
	// broken is until when the configuration cannot be written.
	broken time.Time
}

type bundleSince struct {
	pem string
	at  time.Time
}

// TestAnyHistory: replicas look at random moments, start anew, are away for a while; the
// Secret is lost or filled with garbage, the configuration cannot be written, some are configured
// with another period. Whatever happens, what a replica shows is trusted by an API server that
// hears of every change late.
func TestAnyHistory(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			h := &history{t: t, Rand: rand.New(rand.NewPCG(seed, 1)), now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
			h.client = fake.NewClientBuilder().WithObjects(
				&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "s", Name: "tls"}},
				&admissionregistrationv1.MutatingWebhookConfiguration{
					ObjectMeta: metav1.ObjectMeta{Name: "c"}, Webhooks: []admissionregistrationv1.MutatingWebhook{{Name: "a"}, {Name: "b"}},
				},
			).WithInterceptorFuncs(interceptor.Funcs{Update: h.update}).Build()
			for i := range h.replicas {
				h.replicas[i] = h.another()
				h.replicas[0].Rotation = testPeriod
				h.look(i)
			}
			h.now = h.now.Add(2 * testLate) // the very first leaf cannot wait
			rotations := 0
			for range 250 {
				before := h.replicas[0].signedBy
				h.step()
				h.check()
				if !before.Equal(h.replicas[0].signedBy) {
					rotations++
				}
			}
			if rotations < 3 {
				t.Errorf("only %d rotations", rotations)
			}
		})
	}
}

func (h *history) replica() *Keeper {
	return &Keeper{
		Client: h.client, Secret: client.ObjectKey{Namespace: "s", Name: "tls"}, Configuration: "c",
		DNSNames: []string{"a"}, Rotation: testPeriod, Log: logr.Discard(),
	}
}

// another is a replica that may be configured with a much longer period: an upgrade rolls.
func (h *history) another() *Keeper {
	k := h.replica()
	if h.IntN(2) == 0 {
		k.Rotation *= 100
	}
	return k
}

var errBroken = errors.New("broken")

func (h *history) update(ctx context.Context, c client.WithWatch, object client.Object, options ...client.UpdateOption) error {
	if _, secret := object.(*corev1.Secret); !secret && h.now.Before(h.broken) {
		return errBroken
	}
	return c.Update(ctx, object, options...)
}

// step lets some seconds pass, something happen, and some replicas look.
func (h *history) step() {
	h.now = h.now.Add(time.Duration(h.IntN(40)+1) * time.Second)
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "s", Name: "tls"}}
	switch h.IntN(60) {
	case 0:
		_ = h.client.Delete(h.t.Context(), secret)
	case 1:
		secret.Data = map[string][]byte{certKey: []byte("garbage")}
		_ = h.client.Update(h.t.Context(), secret)
	case 2, 3:
		h.replicas[1+h.IntN(2)] = h.another() // the first always stays
	case 4: // a new replica is the first to see that the Secret is gone
		_ = h.client.Delete(h.t.Context(), secret)
		h.replicas[1] = h.replica()
		h.look(1)
	case 5:
		h.broken = h.now.Add(testPeriod / 3)
	}
	for i := range h.replicas {
		if h.IntN(2) == 0 {
			h.look(i)
		}
	}
}

func (h *history) look(i int) {
	h.t.Helper()
	if err := h.replicas[i].Ensure(h.t.Context(), h.now); err != nil && !errors.Is(err, errBroken) {
		h.t.Fatal(err)
	}
	c, err := h.replicas[i].configuration(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	if pem := string(c.Webhooks[1].ClientConfig.CABundle); len(h.bundles) == 0 || h.bundles[len(h.bundles)-1].pem != pem {
		h.bundles = append(h.bundles, bundleSince{pem, h.now})
	}
}

// check verifies every leaf against every bundle that an API server may go by now.
func (h *history) check() {
	h.t.Helper()
	for i, replica := range h.replicas {
		leaf, err := replica.Current()
		if err != nil {
			continue // it is not ready
		}
		until := h.now
		for b := len(h.bundles) - 1; b >= 0 && h.now.Sub(until) < testLate; b-- {
			roots := x509.NewCertPool()
			roots.AppendCertsFromPEM([]byte(h.bundles[b].pem))
			if _, err := leaf.Leaf.Verify(x509.VerifyOptions{DNSName: "a", Roots: roots, CurrentTime: h.now}); err != nil {
				h.t.Fatalf("replica %d at %s: %v", i, h.now, err)
			}
			until = h.bundles[b].at
		}
	}
}
