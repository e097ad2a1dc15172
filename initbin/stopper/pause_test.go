package stopper

import (
	"testing"
	"time"
)

// TestPause: looks come quickly at first and take at most a sixth of the time, however long one takes.
func TestPause(t *testing.T) {
	for _, c := range []struct {
		began, now time.Duration
		hurry      bool
		want       time.Duration
	}{
		{0, 0, false, soon}, {0, ms, false, soon}, {0, 2 * ms, false, soon}, {0, 3 * ms, false, 15 * ms},
		{hasten - 1, hasten - 1, false, soon}, {hasten, hasten, false, later}, {time.Hour, time.Hour, false, later},
		{time.Second, time.Second + 20*ms, false, later}, {time.Second, time.Second + 30*ms, false, 150 * ms},
		{0, 100 * ms, true, atOnce}, {time.Hour, time.Hour, true, atOnce},
	} {
		if got := pause(c.began, c.now, c.hurry); got != c.want {
			t.Errorf("a look from %s to %s, in a hurry: %v: a pause of %s, want %s", c.began, c.now, c.hurry, got, c.want)
		}
	}
}
