package lastwords

import "testing"

// A program of 32 bits has other numbers for its system calls; what they mean in one of 64 bits, such
// as close for its read, must not be said.
func TestKindOfNarrowCalls(t *testing.T) {
	for number, want := range map[int]kind{3: reading, 4: writing, 7: children, 114: children, 29: signals, 168: events, 162: sleeping, 240: threads, 143: locking, 362: connecting, 364: accepting, 118: syncing, 5: opening, 20: unknown, 221: unknown} {
		if got := kindOf(call{number: number, narrow: true}); got != want {
			t.Errorf("call %d is of kind %d, want %d", number, got, want)
		}
	}
	for _, command := range []uint64{7, 14, 38} {
		if got := kindOf(call{number: 221, args: [6]uint64{3, command}, narrow: true}); got != locking {
			t.Errorf("fcntl's command %d is of kind %d", command, got)
		}
	}
}
