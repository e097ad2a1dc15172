package lookup

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// gate keeps one host from being asked too often, or at all while it does not answer.
type gate struct {
	limiter *rate.Limiter

	mu       sync.Mutex
	failures int       // in a row
	until    time.Time // closed until then
}

const (
	// perSecond and burst bound the questions to one host. A question is a few requests.
	perSecond, burst = 20, 60
	// patience is how many failures in a row close the gate, and pause for how long;
	// then one question is let through.
	patience = 3
	pause    = 15 * time.Second
)

func newGate() *gate { return &gate{limiter: rate.NewLimiter(perSecond, burst)} }

// open reports whether the host may be asked at now.
func (g *gate) open(now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Before(g.until) || !g.limiter.AllowN(now, 1) {
		return false
	}
	if g.failures >= patience {
		g.until = now.Add(pause) // this question is the trial; others wait for its end
	}
	return true
}

// report tells the gate how a question ended: whether the host answered at all.
func (g *gate) report(answered bool, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if answered {
		g.failures, g.until = 0, time.Time{}
		return
	}
	if g.failures++; g.failures >= patience {
		g.until = now.Add(pause)
	}
}
