package events

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// TestMerge: every replica sees the same happen, in its own order, and some have not seen all.
func TestMerge(t *testing.T) {
	at := func(count int32, second int64) *corev1.Event {
		return &corev1.Event{Count: count, LastTimestamp: metav1.NewTime(time.Unix(second, 0)), Message: "at " + time.Unix(second, 0).UTC().Format("05")}
	}
	for name, c := range map[string]struct {
		there, news *corev1.Event
		changed     bool
		count       int32
		last        int64
	}{
		"what another replica has written":        {at(2, 20), at(2, 20), false, 2, 20},
		"one more":                                {at(2, 20), at(3, 30), true, 3, 30},
		"several more at once":                    {at(2, 20), at(7, 30), true, 7, 30},
		"one more in the same second":             {at(2, 20), at(3, 20), true, 3, 20},
		"seen in another order":                   {at(1, 20), at(2, 10), true, 2, 20},
		"the first of a replica that has started": {at(5, 20), at(1, 30), true, 6, 30},
		"what came before, of such a one":         {at(5, 20), at(1, 20), false, 5, 20},
	} {
		if got := merge(c.there, c.news); got != c.changed || c.there.Count != c.count || c.there.LastTimestamp.Unix() != c.last {
			t.Errorf("%s: %t, %d until %d, want %t, %d until %d", name, got, c.there.Count, c.there.LastTimestamp.Unix(), c.changed, c.count, c.last)
		}
		if c.changed && c.there.Message != c.news.Message {
			t.Errorf("%s: the message is %q", name, c.there.Message)
		}
	}
}

// TestNotesForTerminals: whoever runs a container can write its report, and a pod that is not valid
// may have any name. What they say moves no cursor, begins no line and turns no text around where
// an event is read.
func TestNotesForTerminals(t *testing.T) {
	for _, note := range []string{"a\x1b[2J\nWarning  Fine\u202e\u0085\u2066", "\xff\x07", strings.Repeat("\u202e", maxNote)} {
		event, is := Event{Note: note}.bounded()
		if !is || event.Note == "" || len(event.Note) > maxNote || strings.ContainsFunc(event.Note, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("%q", event.Note)
		}
	}
}

// TestWaitingEventsAreBounded: events about pods with owners, containers and values of a megabyte
// each wait as small ones do, or not at all.
func TestWaitingEventsAreBounded(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for name, change := range map[string]func(*Event){
		"namespace": func(e *Event) { e.Namespace = long },
		"name":      func(e *Event) { e.Owner.Name = long },
		"kind":      func(e *Event) { e.Owner.Kind = long },
		"version":   func(e *Event) { e.Owner.APIVersion = long },
		"UID":       func(e *Event) { e.Owner.UID = types.UID(long) },
		"note":      func(e *Event) { e.Note = long },
		"key":       func(e *Event) { e.Key = long },
	} {
		r := NewRecorder(nil, "me", logr.Discard())
		e := Event{Namespace: "shop", Owner: metav1.OwnerReference{Kind: "ReplicaSet", Name: "web", UID: "1"}, Reason: "LeftAlone", Note: "a note", Key: "a key"}
		change(&e)
		r.Record(e)
		for id, waits := range r.pending {
			size := len(id) + len(fmt.Sprint(waits))
			if size > 4<<10 {
				t.Errorf("%s: %d bytes wait", name, size)
			}
		}
		if waits := len(r.pending) == 1; waits != (name == "note" || name == "key") {
			t.Errorf("%s: %d wait", name, len(r.pending))
		}
	}
}
