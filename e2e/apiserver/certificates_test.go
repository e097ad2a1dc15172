//go:build linux

package apiserver

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/e2e/await"
	"github.com/softstop/softstop/e2e/pace"
	"github.com/softstop/softstop/webhook/serving"
)

// load creates pods, as dry runs, until stopped.
type load struct {
	done    chan struct{}
	wait    sync.WaitGroup
	mu      sync.Mutex
	created int
	failed  []string // pods that were refused, or admitted unanswered
}

func (s *suite) startLoad(t *testing.T) *load {
	t.Helper()
	quick := func(n int) *corev1.Pod { return pod("enabled", fmt.Sprintf("load-%d", n), nil) }
	return s.startLoadOf(t, quick, quick)
}

// startLoadOf creates pods of each kind, one after the other.
func (s *suite) startLoadOf(t *testing.T, kinds ...func(n int) *corev1.Pod) *load {
	t.Helper()
	s.namespace(t, "enabled", map[string]string{config.InjectKey: config.InjectEnabled})
	l := &load{done: make(chan struct{})}
	for _, kind := range kinds {
		l.wait.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-l.done:
					return
				default:
				}
				p := kind(n)
				err := s.client.Create(t.Context(), p, client.DryRunAll)
				l.mu.Lock()
				l.created++
				if err != nil || p.Annotations[config.StatusKey] == "" {
					l.failed = append(l.failed, fmt.Sprintf("%s at %s: %v", p.Name, time.Now().Format(time.StampMilli), err))
				}
				l.mu.Unlock()
			}
		})
	}
	return l
}

// stop ends the load and fails the test if an admission failed.
func (l *load) stop(t *testing.T) {
	t.Helper()
	close(l.done)
	l.wait.Wait()
	if l.created == 0 || len(l.failed) > 0 {
		t.Errorf("of %d admissions %d failed: %v", l.created, len(l.failed), l.failed[:min(3, len(l.failed))])
	}
	t.Logf("%d admissions, %d failed", l.created, len(l.failed))
}

// eventually waits until holds is true.
func eventually(t *testing.T, what string, holds func(context.Context) (bool, error)) {
	t.Helper()
	await.NoError(t, what, func() error {
		ok, err := holds(t.Context())
		if err == nil && !ok {
			err = errors.New("not so")
		}
		return err
	})
}

// rotates replaces the webhook by one that rotates every 3 s or, on a slow machine, less often. All
// that is tried before would hear of it only where the machine is so slow that the API server learns
// of a new authority later than an eighth of that.
func (s *suite) rotates(t *testing.T) {
	if err := s.first.stop(t); err != nil {
		t.Errorf("the webhook did not end well after its stop signal: %v", err)
	}
	s.begin(t, s.first.port, "--certificate-rotation="+pace.Stretch(3*time.Second).String())
}

// rotationUnderLoad holds hard pod 85: the authority changes again and again, the Secret is deleted and overwritten meanwhile, and the API server always finds a
// certificate it trusts.
func (s *suite) rotationUnderLoad(t *testing.T) {
	l := s.startLoad(t)
	leaves := map[string]bool{}
	shows := func(count int) {
		t.Helper()
		eventually(t, "the webhook shows another leaf", func(context.Context) (bool, error) {
			leaves[s.shown()] = true
			return len(leaves) >= count, nil
		})
	}
	shows(2)
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "softstop", Name: "softstop-webhook-tls"}}
	if err := s.client.Delete(t.Context(), secret); err != nil {
		t.Error(err)
	}
	shows(3)
	eventually(t, "overwrite the Secret", func(ctx context.Context) (bool, error) {
		if err := s.client.Get(ctx, client.ObjectKeyFromObject(secret), secret); err != nil {
			return false, client.IgnoreNotFound(err)
		}
		secret.Data = map[string][]byte{"ca.crt": []byte("garbage")}
		return s.client.Update(ctx, secret) == nil, nil
	})
	shows(4)
	l.stop(t)
}

// shown returns the certificate that the webhook shows, or "".
func (s *suite) shown() string {
	connection, err := tls.Dial("tcp", s.address, &tls.Config{InsecureSkipVerify: true}) // it is compared
	if err != nil {
		return ""
	}
	defer connection.Close()
	return string(connection.ConnectionState().PeerCertificates[0].Raw)
}

// trustIsRestored: somebody wipes the bundle out of the webhook configuration, and it is
// back before a look by the clock would have noticed.
func (s *suite) trustIsRestored(t *testing.T) {
	var c admissionregistrationv1.MutatingWebhookConfiguration
	key := client.ObjectKey{Name: release}
	eventually(t, "wipe the bundle", func(ctx context.Context) (bool, error) {
		if err := s.client.Get(ctx, key, &c); err != nil {
			return false, err
		}
		for i := range c.Webhooks {
			c.Webhooks[i].ClientConfig.CABundle = nil
		}
		return s.client.Update(ctx, &c) == nil, nil // or the webhook was faster
	})
	eventually(t, "the bundle is back", func(ctx context.Context) (bool, error) {
		err := s.client.Get(ctx, key, &c)
		return err == nil && len(c.Webhooks[0].ClientConfig.CABundle) > 0 && len(c.Webhooks[1].ClientConfig.CABundle) > 0, err
	})
	s.waitUntilCalled(t)
}

// replicasAgree: three replicas start at once from nothing, lose the Secret, find it
// filled with garbage, and a fourth without any memory is the first to see that. What
// each shows is always trusted.
func (s *suite) replicasAgree(t *testing.T) {
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "softstop", Name: "agree"}}
	c := &admissionregistrationv1.MutatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "agree"}}
	c.Webhooks = []admissionregistrationv1.MutatingWebhook{{
		Name: "agree.example.com", AdmissionReviewVersions: []string{"v1"}, SideEffects: new(admissionregistrationv1.SideEffectClassNone),
		ClientConfig: admissionregistrationv1.WebhookClientConfig{URL: new("https://localhost:1/")},
	}}
	for _, object := range []client.Object{secret, c} {
		if err := s.client.Create(t.Context(), object); err != nil {
			t.Fatal(err)
		}
	}
	var replicas []*serving.Keeper
	add := func() {
		replicas = append(replicas, &serving.Keeper{Client: s.client, Secret: client.ObjectKeyFromObject(secret), Configuration: "agree",
			DNSNames: []string{"agree"}, Rotation: serving.DefaultRotation, Log: logr.Discard()})
	}
	all := func() {
		t.Helper()
		var wait sync.WaitGroup
		for _, replica := range replicas {
			wait.Go(func() {
				if err := replica.Ensure(t.Context(), time.Now()); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if err := s.client.Get(t.Context(), client.ObjectKeyFromObject(c), c); err != nil {
			t.Fatal(err)
		}
		roots, shown := x509.NewCertPool(), 0
		roots.AppendCertsFromPEM(c.Webhooks[0].ClientConfig.CABundle)
		for i, replica := range replicas {
			leaf, err := replica.Current()
			if err != nil {
				continue
			}
			shown++
			if _, err := leaf.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: "agree"}); err != nil {
				t.Errorf("replica %d shows what is not trusted: %v", i, err)
			}
		}
		if shown != 3 {
			t.Errorf("%d replicas show a certificate, want 3", shown)
		}
	}
	for range 3 {
		add()
	}
	all()
	before := string(c.Webhooks[0].ClientConfig.CABundle)
	all()
	if string(c.Webhooks[0].ClientConfig.CABundle) != before {
		t.Error("a second look changed the trust")
	}
	if err := s.client.Delete(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	all()
	if string(c.Webhooks[0].ClientConfig.CABundle) != before {
		t.Error("the Secret came back with other authorities")
	}
	if err := s.client.Get(t.Context(), client.ObjectKeyFromObject(secret), secret); err != nil {
		t.Fatal(err)
	}
	secret.Data = map[string][]byte{"ca.crt": []byte("garbage"), "ca.key": {0, 1}, "other": nil}
	if err := s.client.Update(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	add()
	if err := replicas[3].Ensure(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	all() // the fourth waits until it is sure
}
