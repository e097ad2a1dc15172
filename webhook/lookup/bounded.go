package lookup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// bound is how much an answer may have: bytes, and elements of JSON. An element of three bytes
// becomes up to 600 in memory.
type bound struct{ bytes, elements int }

// small is what every answer may have, large what one may have that waits for a slot: an honest
// manifest has a few kilobytes, a configuration of buildpacks a few hundred, with most of it in
// strings.
func small() bound { return bound{128 << 10, 2000} }
func large() bound { return bound{maxAnswer, 40000} }

// errBusy means that an answer is large, and that others that are have not been read in time.
// It is not the host's doing.
var errBusy = errors.New("other large answers are being read")

// seat is a question's place among those with a large answer. It takes one when it has to, once,
// and holds it until what it has read is no longer there.
type seat struct {
	slots     *slots
	namespace string
	patience  time.Duration

	mu    sync.Mutex
	leave func()
}

// seatKey is the key of a question's seat in its context.
type seatKey struct{}

// seated gives a question a seat. end is to be called when its answers are no longer there.
func (s *slots) seated(ctx context.Context, namespace string, patience time.Duration) (_ context.Context, end func()) {
	own := &seat{slots: s, namespace: namespace, patience: patience}
	return context.WithValue(ctx, seatKey{}, own), own.end
}

func (s *seat) take(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.leave != nil {
		return nil
	}
	leave, err := s.slots.enter(ctx, s.namespace, s.patience)
	if err != nil {
		return fmt.Errorf("%w: %w", errBusy, err)
	}
	s.leave = leave
	return nil
}

func (s *seat) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.leave != nil {
		s.leave()
	}
}

// bounded is a body that ends with an error where it becomes too large, and waits where it becomes
// large for its question's seat.
type bounded struct {
	io.ReadCloser
	ctx      context.Context
	bytes    int
	elements int
	// quoted and escaped say where in a string of JSON the body is.
	quoted, escaped bool
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.count(p[:n])
	switch {
	case b.exceeds(large()):
		return 0, errTooLarge
	case b.exceeds(small()):
		own, seated := b.ctx.Value(seatKey{}).(*seat)
		if !seated {
			return 0, errTooLarge
		}
		if err := own.take(b.ctx); err != nil {
			return 0, err
		}
	}
	return n, err
}

func (b *bounded) exceeds(most bound) bool { return b.bytes > most.bytes || b.elements > most.elements }

// count counts bytes, and what begins an element outside of strings.
func (b *bounded) count(text []byte) {
	b.bytes += len(text)
	for _, c := range text {
		switch {
		case b.escaped:
			b.escaped = false
		case b.quoted && c == '\\':
			b.escaped = true
		case c == '"':
			b.quoted = !b.quoted
		case !b.quoted && (c == ',' || c == '{' || c == '['):
			b.elements++
		}
	}
}
