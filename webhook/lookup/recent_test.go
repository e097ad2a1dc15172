package lookup

import (
	"testing"
	"time"
)

// TestRecent: entries count for their time, with none they do not count at all, and there
// are never more than so many.
func TestRecent(t *testing.T) {
	lasting, none := newRecent[int, string](time.Hour), newRecent[int, string](0)
	for i := range entries + 10 {
		lasting.Add(i, "value")
		none.Add(i, "value")
	}
	if value, found := lasting.Get(entries); !found || value != "value" {
		t.Errorf("the newest is %q, %t", value, found)
	}
	if _, found := lasting.Get(0); found || lasting.entries.Len() != entries {
		t.Errorf("the oldest is still there, among %d", lasting.entries.Len())
	}
	if _, found := none.Get(entries); found {
		t.Error("an entry without a time counts")
	}
}
