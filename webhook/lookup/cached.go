package lookup

import (
	"context"
	"errors"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/softstop/softstop/webhook/inject"
)

// digest returns what reference means to c, from the cache or its registry.
func (f *Finder) digest(ctx context.Context, reference name.Reference, c credential) (v1.Hash, error) {
	if fixed, ok := reference.(name.Digest); ok {
		return v1.NewHash(fixed.DigestStr())
	}
	k := key{c.scope(), reference.Name()}
	digest, cached := f.tags.Get(k)
	if f.metrics.asked("tag", cached); cached {
		return digest, nil
	}
	err := f.throughGate(ctx, reference, func() (err error) {
		digest, err = f.registry.digest(ctx, reference, c)
		return err
	})
	if err == nil {
		f.tags.Add(k, digest)
	}
	return digest, err
}

// manifest returns what digest is to c, from the cache or its registry.
func (f *Finder) manifest(ctx context.Context, digest name.Digest, c credential) (manifest, error) {
	k := key{c.scope(), digest.Name()}
	m, cached := f.manifests.Get(k)
	if f.metrics.asked("digest", cached); cached {
		return m, nil
	}
	err := f.throughGate(ctx, digest, func() (err error) {
		m, err = f.registry.manifest(ctx, digest, c)
		return err
	})
	if err == nil {
		f.manifests.Add(k, m)
	}
	return m, err
}

// throughGate asks the reference's host if its gate is open. When the time is up it does
// not: what another host has used of it is not this one's failure, and neither is an end of
// the time that leaves the host less than half of it.
func (f *Finder) throughGate(ctx context.Context, reference name.Reference, ask func() error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	deadline, bounded := ctx.Deadline()
	fair := !bounded || time.Until(deadline) >= f.settings.Budget/2
	host := reference.Context().RegistryStr()
	g, found := f.gates.Get(host)
	if !found {
		fresh := newGate()
		if earlier, raced, _ := f.gates.PeekOrAdd(host, fresh); raced {
			fresh = earlier
		}
		g = fresh
	}
	if !g.open(time.Now()) {
		f.metrics.requests.WithLabelValues("closed").Inc()
		return errClosed
	}
	err := ask()
	if silent := err != nil && reasonOf(err) == inject.ReasonRegistryUnavailable && !errors.Is(err, errBusy); !silent {
		g.report(true, time.Now())
	} else if fair || ctx.Err() == nil {
		g.report(false, time.Now())
	}
	result := "answered"
	if err != nil {
		result = "failed"
	}
	f.metrics.requests.WithLabelValues(result).Inc()
	return err
}
