package lookup

import (
	"testing"
	"time"
)

// TestSlotsAreShared: a namespace whose questions all hang leaves slots to the others, and who has
// waited in vain has asked nobody.
func TestSlotsAreShared(t *testing.T) {
	s := newSlots(atOnce, perNamespace)
	for range perNamespace {
		if _, err := s.enter(t.Context(), "tenant", time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.enter(t.Context(), "tenant", 0); err == nil {
		t.Error("one namespace has more than its share")
	}
	leave, err := s.enter(t.Context(), "shop", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	leave()
	if s.of.Len() != 1 {
		t.Errorf("who has left is still there: %d namespaces", s.of.Len())
	}
}
