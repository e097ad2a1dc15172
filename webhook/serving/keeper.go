package serving

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Keeper keeps the serving certificate. It is a runnable of the manager.
type Keeper struct {
	// Client asks the API server directly, not through a cache: it may then be allowed
	// this one Secret and no other.
	Client client.Client
	// Secret is where the certificates are kept. It must exist; the chart makes it.
	Secret client.ObjectKey
	// DNSNames are what the API server calls the webhook, the first one in full.
	DNSNames []string
	// Configuration is the name of the MutatingWebhookConfiguration to be told.
	Configuration string
	// Log hears what was renewed.
	Log logr.Logger

	// current is what is served; next is the pair of an authority that is only trusted
	// so far.
	current, next atomic.Pointer[pair]
}

const (
	// interval is how often the certificate is looked at, and how late a replica hears
	// of another's renewal; the old leaf is good for a month then.
	interval = 10 * time.Second
	// impatience is how soon a failed attempt is repeated.
	impatience = 2 * time.Second
)

// NeedLeaderElection makes every replica keep its certificate.
func (*Keeper) NeedLeaderElection() bool { return false }

// Start keeps the certificate until ctx ends. A failure is logged and tried again: the
// API server may be away for a while, and what is being served goes on being served.
func (k *Keeper) Start(ctx context.Context) error {
	for {
		wait := interval
		if err := k.Ensure(ctx, time.Now()); err != nil && ctx.Err() == nil {
			k.Log.Error(err, "serving certificate not up to date, trying again")
			wait = impatience
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

// Ensure makes the Secret, the trust of the API server and the certificate in memory
// agree as of now.
func (k *Keeper) Ensure(ctx context.Context, now time.Time) error {
	var p *pair
	err := retry.OnError(retry.DefaultRetry, apierrors.IsConflict, func() (err error) {
		p, err = k.pair(ctx, now)
		return err
	})
	if err != nil {
		return err
	}
	if err := k.trust(ctx, p.bundle()); err != nil {
		return err
	}
	if old := k.current.Load(); old != nil && !old.ca.Leaf.Equal(p.ca.Leaf) && !k.announced(p) {
		return nil // the API servers have to hear of the authority first: next time
	}
	k.current.Store(p)
	return nil
}

// announced reports whether p's authority was there at an earlier look already, and
// remembers it.
func (k *Keeper) announced(p *pair) bool {
	earlier := k.next.Swap(p)
	return earlier != nil && earlier.ca.Leaf.Equal(p.ca.Leaf)
}

// pair returns what the Secret holds, after renewing it if it is due.
func (k *Keeper) pair(ctx context.Context, now time.Time) (*pair, error) {
	var secret corev1.Secret
	if err := k.Client.Get(ctx, k.Secret, &secret); err != nil {
		return nil, fmt.Errorf("read secret %s: %w", k.Secret, err)
	}
	old, err := readPair(secret.Data)
	if err == nil {
		if err = old.check(k.DNSNames, now); err == nil {
			return old, nil
		}
	}
	k.Log.Info("renewing the serving certificate", "because", err.Error())
	if old == nil { // somebody emptied the Secret: go on with what is being served
		old = k.current.Load()
	}
	fresh, err := renew(old, k.DNSNames, now)
	if err != nil {
		return nil, err
	}
	if secret.Data, err = fresh.data(); err != nil {
		return nil, err
	}
	if err := k.Client.Update(ctx, &secret); err != nil {
		return nil, fmt.Errorf("write secret %s: %w", k.Secret, err)
	}
	return fresh, nil
}

// trust makes the API server trust the authority for every webhook of the configuration.
func (k *Keeper) trust(ctx context.Context, authority []byte) error {
	return retry.RetryOnConflict(retry.DefaultRetry, func() error {
		var c admissionregistrationv1.MutatingWebhookConfiguration
		if err := k.Client.Get(ctx, client.ObjectKey{Name: k.Configuration}, &c); err != nil {
			return fmt.Errorf("read webhook configuration %q: %w", k.Configuration, err)
		}
		changed := false
		for i := range c.Webhooks {
			if bundle := &c.Webhooks[i].ClientConfig.CABundle; !bytes.Equal(*bundle, authority) {
				*bundle, changed = authority, true
			}
		}
		if !changed {
			return nil
		}
		if err := k.Client.Update(ctx, &c); err != nil {
			return fmt.Errorf("write webhook configuration %q: %w", k.Configuration, err)
		}
		return nil
	})
}

// GetCertificate is for tls.Config.
func (k *Keeper) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	if p := k.current.Load(); p != nil {
		return &p.leaf, nil
	}
	return nil, errors.New("no serving certificate yet")
}

// Ready is a readiness check: it fails until there is a certificate the API server
// trusts.
func (k *Keeper) Ready(*http.Request) error {
	_, err := k.GetCertificate(nil)
	return err
}
