package serving

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// DefaultRotation is the default of Keeper.Rotation.
const DefaultRotation = 30 * 24 * time.Hour

// MinRotation is the shortest Keeper.Rotation: a certificate's times are whole seconds.
const MinRotation = time.Second

// Keeper makes and renews the serving certificate. It is a runnable of the manager and
// a Certificates.
type Keeper struct {
	// Client asks the API server directly, not through a cache: what is written has to
	// be based on what is there.
	Client client.Client
	// Secret is where the authorities are kept. It is made if it is not there.
	Secret client.ObjectKey
	// DNSNames are what the API server calls the webhook, the first one in full.
	DNSNames []string
	// Configuration is the name of the MutatingWebhookConfiguration to be told.
	Configuration string
	// Rotation is how often authority and leaf are replaced, at least MinRotation.
	Rotation time.Duration
	// Log hears what was renewed.
	Log logr.Logger

	// current is what is served; its authority is signedBy.
	current  atomic.Pointer[tls.Certificate]
	signedBy *x509.Certificate
	// known are the authorities as of the last look. They are put back into a Secret that
	// lost them.
	known []authority
	// seen is since when each authority, by its DER, has been in the configuration.
	seen map[string]time.Time
	// wake makes Start look at once, see Watch.
	wake chan struct{}
}

// impatience is how soon a failed attempt is repeated at the latest.
const impatience = 2 * time.Second

// calm is the least time between two looks: replicas whose clocks differ may undo each
// other's writes for as long as the clocks differ.
const calm = 50 * time.Millisecond

// NeedLeaderElection makes every replica keep its certificate.
func (*Keeper) NeedLeaderElection() bool { return false }

// Start keeps the certificate until ctx ends. A failure is logged and tried again: the
// API server may be away for a while, and what is being served goes on being served.
func (k *Keeper) Start(ctx context.Context) error {
	for {
		err := k.Ensure(ctx, time.Now())
		wait := lookEvery(pace(k.known, k.Rotation)) // as it is after the look
		if err != nil && ctx.Err() == nil {
			k.Log.Error(err, "serving certificate not up to date, trying again")
			wait = min(wait, impatience)
		}
		if k.current.Load() == nil { // choose waits until an authority is settled: nobody is served until then
			wait = min(wait, settled(pace(k.known, k.Rotation)))
		}
		if !sleep(ctx, min(wait, calm), nil) || !sleep(ctx, wait, k.wake) {
			return nil
		}
	}
}

// sleep waits for d or wake and reports whether ctx goes on.
func sleep(ctx context.Context, d time.Duration, wake <-chan struct{}) bool {
	select {
	case <-ctx.Done():
		return false
	case <-wake:
	case <-time.After(d):
	}
	return true
}

// Ensure makes the Secret, the trust of the API server and the certificate in memory
// agree as of now.
func (k *Keeper) Ensure(ctx context.Context, now time.Time) error {
	// First of all: when softstop is uninstalled its configuration goes first, and the
	// Secret must not come back.
	c, err := k.configuration(ctx)
	if err != nil {
		return err
	}
	known := slices.Clone(k.known)
	for _, webhook := range c.Webhooks {
		known = append(known, trusted(webhook.ClientConfig.CABundle)...)
	}
	var all []authority
	err = retry.OnError(retry.DefaultRetry, lostTheRace, func() (err error) {
		all, err = k.authorities(ctx, c, known, now)
		return err
	})
	if err != nil {
		return err
	}
	k.known = all
	// Before an authority is dropped nothing of it is shown any more.
	if err := k.serve(all, now, false); err != nil {
		return err
	}
	if err := retry.RetryOnConflict(retry.DefaultRetry, func() error { return k.trust(ctx, all, now) }); err != nil {
		return err
	}
	return k.serve(all, now, true)
}

// lostTheRace reports whether another replica was faster.
func lostTheRace(err error) bool {
	return apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err) || apierrors.IsNotFound(err)
}

// authorities returns what the Secret holds, after adding known and writing what is due.
// A Secret that it has to make belongs to c and goes with it: while softstop is uninstalled
// the Secret may be deleted first, and come back once more.
func (k *Keeper) authorities(ctx context.Context, c *admissionregistrationv1.MutatingWebhookConfiguration, known []authority, now time.Time) ([]authority, error) {
	secret := corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: k.Secret.Namespace, Name: k.Secret.Name}}
	err := k.Client.Get(ctx, k.Secret, &secret)
	missing := apierrors.IsNotFound(err)
	if err != nil && !missing {
		return nil, fmt.Errorf("read secret %s: %w", k.Secret, err)
	}
	all, err := rotate(append(decode(secret.Data), known...), k.Rotation, now, k.seenAt(now))
	if err != nil {
		return nil, err
	}
	data, err := encode(all)
	if err != nil {
		return nil, err
	}
	if bytes.Equal(secret.Data[certKey], data[certKey]) && bytes.Equal(secret.Data[keyKey], data[keyKey]) {
		return all, nil
	}
	secret.Data = data
	k.Log.Info("writing the authorities of the serving certificate", "authorities", len(all), "newest", all[len(all)-1].created())
	if missing {
		secret.Labels = c.Labels
		secret.OwnerReferences = []metav1.OwnerReference{{
			APIVersion: admissionregistrationv1.SchemeGroupVersion.String(), Kind: "MutatingWebhookConfiguration", Name: c.Name, UID: c.UID,
		}}
		err = k.Client.Create(ctx, &secret)
	} else {
		err = k.Client.Update(ctx, &secret)
	}
	if err != nil {
		return nil, fmt.Errorf("write secret %s: %w", k.Secret, err)
	}
	return all, nil
}

// configuration reads the webhook configuration.
func (k *Keeper) configuration(ctx context.Context) (*admissionregistrationv1.MutatingWebhookConfiguration, error) {
	var c admissionregistrationv1.MutatingWebhookConfiguration
	if err := k.Client.Get(ctx, client.ObjectKey{Name: k.Configuration}, &c); err != nil {
		return nil, fmt.Errorf("read webhook configuration %q: %w", k.Configuration, err)
	}
	return &c, nil
}

// trust makes the API server trust the authorities for every webhook of the
// configuration, and notes since when it does.
func (k *Keeper) trust(ctx context.Context, all []authority, now time.Time) error {
	c, err := k.configuration(ctx)
	if err != nil {
		return err
	}
	wanted, changed := bundle(all), false
	seen := make(map[string]time.Time, len(all))
	for _, a := range all {
		seen[string(a.cert.Raw)] = k.seenSince(a, c.Webhooks, now)
	}
	for i := range c.Webhooks {
		if present := &c.Webhooks[i].ClientConfig.CABundle; !bytes.Equal(*present, wanted) {
			*present, changed = wanted, true
		}
	}
	if changed {
		if err := k.Client.Update(ctx, c); err != nil {
			return fmt.Errorf("write webhook configuration %q: %w", k.Configuration, err)
		}
	}
	k.seen = seen
	return nil
}

// seenSince returns since when this replica knows that all of webhooks trust a.
func (k *Keeper) seenSince(a authority, webhooks []admissionregistrationv1.MutatingWebhook, now time.Time) time.Time {
	one := bundle([]authority{a})
	for i := range webhooks {
		if !bytes.Contains(webhooks[i].ClientConfig.CABundle, one) {
			return now
		}
	}
	if since, known := k.seen[string(a.cert.Raw)]; known {
		return since
	}
	return now
}

// seenAt returns what tells for how long this replica has seen an authority trusted.
func (k *Keeper) seenAt(now time.Time) func(authority) time.Duration {
	return func(a authority) time.Duration {
		since, seen := k.seen[string(a.cert.Raw)]
		if !seen {
			return -1
		}
		return now.Sub(since)
	}
}

// serve changes to a leaf of the authority that choose says. With told, the API server
// has just been told of all.
func (k *Keeper) serve(all []authority, now time.Time, told bool) error {
	next := choose(all, k.signedBy, k.Rotation, now, k.seenAt(now))
	if next == nil || k.signedBy.Equal(next.cert) || !told && k.seenAt(now)(*next) < settled(pace(all, k.Rotation)) {
		return nil
	}
	leaf, err := next.leaf(k.DNSNames, now)
	if err != nil {
		return err
	}
	k.current.Store(leaf)
	k.signedBy = next.cert
	k.Log.Info("serving a new certificate", "expires", leaf.Leaf.NotAfter)
	return nil
}

// Current implements Certificates.
func (k *Keeper) Current() (*tls.Certificate, error) {
	if leaf := k.current.Load(); leaf != nil {
		return leaf, nil
	}
	return nil, errors.New("no serving certificate yet")
}
