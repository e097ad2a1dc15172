package shares

import (
	"context"
	"testing"
)

// TestShares: who has taken a share takes nothing of another's, gets no more of it, and is
// forgotten when all is given back.
func TestShares(t *testing.T) {
	s := New(3)
	over, end := context.WithCancel(t.Context())
	end()
	first, err := s.Acquire(t.Context(), "a", 2)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Acquire(over, "a", 2); err == nil {
		t.Error("a has more than its share")
	}
	second, err := s.Acquire(t.Context(), "a", 1)
	if err != nil {
		t.Fatal(err)
	}
	other, err := s.Acquire(t.Context(), "b", 3)
	if err != nil {
		t.Fatal(err)
	}
	first()
	if s.Len() != 2 {
		t.Errorf("%d keys, want a, of which something is still used, and b", s.Len())
	}
	second()
	other()
	if s.Len() != 0 {
		t.Errorf("%d keys are kept that nobody uses", s.Len())
	}
}
