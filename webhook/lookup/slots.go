package lookup

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

// slots bounds the questions at once: who makes pods names hosts, each of which may hang. One
// namespace has a share of them, so that its tarpits take no other's.
type slots struct {
	all *semaphore.Weighted

	mu sync.Mutex
	of map[string]*share
}

// share is what one namespace has.
type share struct {
	room *semaphore.Weighted
	uses int
}

// atOnce bounds the questions of all, perNamespace those of one namespace.
const atOnce, perNamespace = 128, 32

func newSlots() *slots { return &slots{all: semaphore.NewWeighted(atOnce), of: map[string]*share{}} }

// enter waits for a slot, for so long at most, and returns how to leave it.
func (s *slots) enter(ctx context.Context, namespace string, patience time.Duration) (leave func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	own := s.take(namespace)
	if err := own.room.Acquire(ctx, 1); err != nil {
		s.give(namespace)
		return nil, fmt.Errorf("wait for a slot of namespace %q: %w", namespace, err)
	}
	if err := s.all.Acquire(ctx, 1); err != nil {
		own.room.Release(1)
		s.give(namespace)
		return nil, fmt.Errorf("wait for a slot: %w", err)
	}
	return func() {
		s.all.Release(1)
		own.room.Release(1)
		s.give(namespace)
	}, nil
}

func (s *slots) take(namespace string) *share {
	s.mu.Lock()
	defer s.mu.Unlock()
	own := s.of[namespace]
	if own == nil {
		own = &share{room: semaphore.NewWeighted(perNamespace)}
		s.of[namespace] = own
	}
	own.uses++
	return own
}

func (s *slots) give(namespace string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	own := s.of[namespace]
	if own.uses--; own.uses == 0 {
		delete(s.of, namespace)
	}
}
