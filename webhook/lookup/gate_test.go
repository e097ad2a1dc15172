package lookup

import (
	"testing"
	"time"
)

// opens counts how often of 100 times the gate is open at now.
func opens(g *gate, now time.Time) (n int) {
	for range 100 {
		if g.open(now) {
			n++
		}
	}
	return n
}

// TestRateLimit: a host is asked so many times at once, and so many a second.
func TestRateLimit(t *testing.T) {
	g, now := newGate(), time.Now()
	for second, want := range []int{burst, perSecond, perSecond} {
		if n := opens(g, now.Add(time.Duration(second)*time.Second)); n != want {
			t.Errorf("second %d: asked %d times, want %d", second, n, want)
		}
	}
}

// TestBreakerTries: a closed gate lets one question through after the pause. Whether it
// is answered decides about the others.
func TestBreakerTries(t *testing.T) {
	g, now := newGate(), time.Now()
	for range patience {
		if !g.open(now) {
			t.Fatal("closed before it has failed often enough")
		}
		g.report(false, now)
	}
	for range 2 {
		if n := opens(g, now.Add(pause-1)); n != 0 {
			t.Errorf("asked %d times in the pause", n)
		}
		now = now.Add(pause)
		if n := opens(g, now); n != 1 {
			t.Errorf("asked %d times after the pause, want one trial", n)
		}
		g.report(false, now) // the trial failed, too
	}
	now = now.Add(pause)
	if !g.open(now) {
		t.Fatal("no second trial")
	}
	g.report(true, now)
	if n := opens(g, now); n != burst-1 {
		t.Errorf("asked %d times after an answer, want %d", n, burst-1)
	}
}
