package lookup_test

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/webhook"
)

// crowd counts the requests that come, over all of its hosts, and lets them hang.
type crowd struct {
	// until is when the first may be given up: a host hears of that later than the next begins.
	until time.Time
	came  atomic.Int64
}

func (c *crowd) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	if time.Now().Before(c.until) {
		c.came.Add(1)
	}
	<-r.Context().Done()
}

// TestAtOnce: whoever makes pods names hosts that hang. However many they name, some
// questions at once are asked for one pod, and some for all, and every answer is in time.
func TestAtOnce(t *testing.T) {
	for name, c := range map[string]struct{ pods, containers, most int }{
		"one pod":   {1, 50, 8},
		"many pods": {40, 8, 128},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.settings.Budget = 2 * time.Second
			hang := &crowd{}
			var hosts []string // each lets 60 questions through
			for i := range 4 {
				hosts = append(hosts, serveAt(t, fmt.Sprintf("127.0.0.%d", i+1), hang.ServeHTTP))
			}
			w.settings.Insecure = hosts
			f := w.finder()
			hang.until = time.Now().Add(w.settings.Budget)
			var all sync.WaitGroup
			for p := range c.pods {
				all.Go(func() {
					pod := &corev1.Pod{}
					var names []string
					for i := range c.containers {
						names = append(names, fmt.Sprintf("c%d", i))
						pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: names[i], Image: fmt.Sprintf("%s/%d/%d", hosts[i%len(hosts)], p, i)})
					}
					begin := time.Now()
					answers := f.Ask(t.Context(), pod, names, nil)
					if took := time.Since(begin); took > w.settings.Budget+200*time.Millisecond {
						t.Errorf("the answer took %s with a budget of %s", took, w.settings.Budget)
					}
					for _, name := range names {
						w.wantReason(answers[name], webhook.ReasonRegistryUnavailable)
					}
				})
			}
			all.Wait()
			if got := hang.came.Load(); got < 1 || got > int64(c.most) {
				t.Errorf("%d requests at once, want %d at most", got, c.most)
			}
		})
	}
}
