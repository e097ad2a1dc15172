package serving

import (
	"bytes"
	"cmp"
	"crypto/x509"
	"slices"
	"time"
)

// rotate returns what becomes of all, in whatever order and with whatever doubles, at
// now: the authorities to keep and to trust, oldest first, at least one of them with its
// key. Every replica comes to the same answer from the same Secret.
//
// In terms of the pace, an authority is
//
//	at 0    made, published in the Secret and in the webhook configuration
//	at 1/4  the signer of the leaves, see signer
//	at 1/2  alone: the one before it is dropped, every replica has moved on. Not before this
//	        replica has seen it trusted for a while, see patience: the others may not have
//	        been able to move on
//	at 1    followed by the next one
//	at 3    expired
func rotate(all []authority, period time.Duration, now time.Time, seen func(authority) time.Duration) ([]authority, error) {
	all = slices.DeleteFunc(slices.Clone(all), func(a authority) bool { return !a.usable(now) })
	slices.SortStableFunc(all, func(a, b authority) int {
		return cmp.Or(
			a.cert.NotBefore.Compare(b.cert.NotBefore),
			bytes.Compare(a.cert.Raw, b.cert.Raw), // made in the same second
			cmp.Compare(keys(b), keys(a)),
		)
	})
	all = slices.CompactFunc(all, func(a, b authority) bool { return a.cert.Equal(b.cert) })
	newest := len(all) - 1
	if !slices.ContainsFunc(all, func(a authority) bool { return a.key != nil }) || all[newest].age(now) >= all[newest].period(period) {
		fresh, err := newAuthority(period, now)
		if err != nil {
			return nil, err
		}
		all = append(all, fresh)
	}
	pace := pace(all, period)
	if s := signer(all, period, now); s > 0 && all[s].age(now) >= pace/2 && seen(all[s]) >= patience(pace) {
		all = all[s:]
	}
	return all, nil
}

// pace is the shortest period of all: by it one authority takes over from the other. It is
// in the authorities, so that replicas which are configured differently, as while an
// upgrade to a shorter period rolls, move on together.
func pace(all []authority, period time.Duration) time.Duration {
	for _, a := range all {
		period = min(period, a.period(period))
	}
	return period
}

func keys(a authority) int {
	if a.key == nil {
		return 0
	}
	return 1
}

// signer returns the index of the authority that signs the leaves: the newest that has
// been trusted for long enough, or else the oldest whose key is there.
func signer(all []authority, period time.Duration, now time.Time) int {
	for i := len(all) - 1; i > 0; i-- {
		if all[i].key != nil && all[i].age(now) >= pace(all, period)/4 {
			return i
		}
	}
	return slices.IndexFunc(all, func(a authority) bool { return a.key != nil })
}

// choose returns the authority to show a leaf of, nil for none other than now. current is
// that of the leaf shown now, or nil; seen says for how long this replica has seen an
// authority trusted.
func choose(all []authority, current *x509.Certificate, period time.Duration, now time.Time, seen func(authority) time.Duration) *authority {
	s := signer(all, period, now)
	if seen(all[s]) >= settled(pace(all, period)) {
		return &all[s]
	}
	if slices.ContainsFunc(all, func(a authority) bool { return current.Equal(a.cert) }) {
		return nil // what is shown is good
	}
	if current == nil && len(all) > 1 {
		return nil // others serve: there is time to be sure of all[s]
	}
	return &all[s] // nothing to lose
}

// settled is how long a replica must have seen an authority in the webhook
// configuration before it takes the API servers, which watch it, to have heard of it. It
// is well below the quarter of period that signer waits.
func settled(period time.Duration) time.Duration { return min(period/8, 5*time.Second) }

// patience is how long a replica must have seen an authority there before it drops the
// one before: so long the others have had to change to it.
func patience(period time.Duration) time.Duration { return min(period/4, time.Hour) }

// lookEvery is how often a replica looks without being woken.
func lookEvery(period time.Duration) time.Duration { return min(period/20, time.Minute) }
