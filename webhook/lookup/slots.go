package lookup

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/softstop/softstop/webhook/shares"
)

// slots bounds what is done at once: who makes pods names hosts, each of which may hang, and
// Secrets, each of which may be long. One namespace has a share of them, so that its tarpits take
// no other's.
type slots struct {
	all *semaphore.Weighted
	of  *shares.Shares // by namespace
}

const (
	// atOnce bounds the questions of all, perNamespace those of one namespace.
	atOnce, perNamespace = 128, 32
	// largeAtOnce bounds the questions of which an answer is large, see bounded.
	largeAtOnce, largePerNamespace = 3, 2
	// secretsAtOnce bounds the pull secrets that are being read: one may have a megabyte.
	secretsAtOnce, secretsPerNamespace = 16, 4
)

func newSlots(atOnce, perNamespace int64) *slots {
	return &slots{all: semaphore.NewWeighted(atOnce), of: shares.New(perNamespace)}
}

// enter waits for a slot, for so long at most, and returns how to leave it.
func (s *slots) enter(ctx context.Context, namespace string, patience time.Duration) (leave func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	release, err := s.of.Acquire(ctx, namespace, 1)
	if err != nil {
		return nil, fmt.Errorf("wait for a slot of namespace %q: %w", namespace, err)
	}
	if err := s.all.Acquire(ctx, 1); err != nil {
		release()
		return nil, fmt.Errorf("wait for a slot: %w", err)
	}
	return func() {
		s.all.Release(1)
		release()
	}, nil
}
