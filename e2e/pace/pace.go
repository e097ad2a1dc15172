package pace

import (
	"crypto/sha256"
	"fmt"
	"math"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Variable is the environment variable that has the factor, at least 1.
const Variable = "SOFTSTOP_PACE"

// slowest is the largest factor that is found out: beyond it something hangs.
const slowest = 20

// speed is what a machine does in a second.
type speed struct {
	// hashes are of 64 KiB each, on two processors together; starts are of programs that end
	// at once, one after the other.
	hashes, starts float64
}

// reference is a speed at which no limit has to be stretched: two cores of a small cloud
// machine, with nothing else on them.
func reference() speed { return speed{hashes: 4000, starts: 250} }

// gauge keeps what is known of this machine.
type gauge struct {
	mu     sync.Mutex
	factor float64 // 0 before the first measurement
	given  bool    // by the environment
}

//nolint:gochecknoglobals // one measurement for the whole process
var here gauge

// Factor is by how much limits are longer here: from 1 to 20, or what the environment says.
func Factor() float64 {
	here.mu.Lock()
	defer here.mu.Unlock()
	if here.factor == 0 {
		f, err := given(os.Getenv(Variable))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		if here.given = f != 0; here.given {
			here.factor = f
		} else {
			here.raise()
		}
	}
	return here.factor
}

// Holds reports whether a promise is kept that depends on Factor. What was idle at first may be
// busy now: before Holds says no it measures again, and asks again if the machine is slower.
func Holds(kept func() bool) bool { return kept() || again() && kept() }

// again measures once more and reports whether the factor has risen.
func again() bool {
	before := Factor()
	here.mu.Lock()
	defer here.mu.Unlock()
	if !here.given {
		here.raise()
	}
	return here.factor > before
}

// raise measures, and keeps the larger factor.
func (g *gauge) raise() {
	f := reference().over(measure())
	if f <= g.factor {
		return
	}
	g.factor = f
	_ = os.Setenv(Variable, strconv.FormatFloat(f, 'g', -1, 64)) // children ask nobody
	if f != 1 {
		fmt.Fprintf(os.Stderr, "this machine is slow, or busy: limits are %g times as long (%s=1 leaves them as they are)\n", f, Variable)
	}
}

// Stretch is a limit, as long as it has to be on this machine.
func Stretch(limit time.Duration) time.Duration {
	return time.Duration(float64(limit) * Factor()).Round(time.Second / 10)
}

// given reads the variable; 0 means that it says nothing.
func given(text string) (float64, error) {
	if text == "" {
		return 0, nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || !(f >= 1 && f <= 1000) {
		return 0, fmt.Errorf("%s=%q is ignored: it must be a number from 1 to 1000, such as 2.5", Variable, text)
	}
	return f, nil
}

// over is by how much limits made for r are to be stretched on a machine of speed s: a half
// at a time, and not at all for what is hardly slower.
func (r speed) over(s speed) float64 {
	slower := max(r.hashes/s.hashes, r.starts/s.starts)
	return min(max(math.Ceil(slower*2-0.2)/2, 1), slowest)
}

// measure takes about half a second: a share of a processor is handed out in tenths.
func measure() speed {
	const window = 250 * time.Millisecond
	var hashes atomic.Int64
	var both sync.WaitGroup
	begin := time.Now()
	for range 2 {
		both.Go(func() {
			block := make([]byte, 64<<10)
			for time.Since(begin) < window {
				sha256.Sum256(block)
				hashes.Add(1)
			}
		})
	}
	both.Wait()
	s := speed{hashes: float64(hashes.Load()) / time.Since(begin).Seconds()}
	begin = time.Now()
	starts := 0
	for time.Since(begin) < window || starts == 0 {
		if err := exec.Command("true").Run(); err != nil {
			return speed{hashes: s.hashes, starts: math.Inf(1)} // no such program: nothing is known
		}
		starts++
	}
	s.starts = float64(starts) / time.Since(begin).Seconds()
	return s
}
