package shares

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"
)

// Shares gives each key a share of the same size. A key is forgotten when nobody uses its share,
// so that keys of strangers' choice take no memory for good.
type Shares struct {
	size int64
	mu   sync.Mutex
	of   map[string]*share
}

type share struct {
	room *semaphore.Weighted
	uses int
}

// New returns shares of this size.
func New(size int64) *Shares { return &Shares{size: size, of: map[string]*share{}} }

// Acquire waits until n of key's share is free, and returns how to give it back. It is an error if
// ctx ends before; one of n beyond the size waits for that end.
func (s *Shares) Acquire(ctx context.Context, key string, n int64) (release func(), err error) {
	own := s.take(key)
	if err := own.room.Acquire(ctx, n); err != nil {
		s.give(key)
		return nil, err
	}
	return func() {
		own.room.Release(n)
		s.give(key)
	}, nil
}

// Len returns how many keys have a share that is used or waited for.
func (s *Shares) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.of)
}

func (s *Shares) take(key string) *share {
	s.mu.Lock()
	defer s.mu.Unlock()
	own := s.of[key]
	if own == nil {
		own = &share{room: semaphore.NewWeighted(s.size)}
		s.of[key] = own
	}
	own.uses++
	return own
}

func (s *Shares) give(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	own := s.of[key]
	if own.uses--; own.uses == 0 {
		delete(s.of, key)
	}
}
