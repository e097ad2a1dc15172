package lookup_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/e2e/await"
	"github.com/softstop/softstop/webhook/inject"
)

// crowd counts the requests that are there at once, over all of its hosts, and lets them
// hang until it is dismissed.
type crowd struct {
	mu        sync.Mutex
	here      int
	most      int
	dismissed chan struct{}
}

func (c *crowd) add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.here += n
	c.most = max(c.most, c.here)
}

func (c *crowd) atMost() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.most
}

// ServeHTTP counts one no longer when it begins to answer: the next comes only after that.
func (c *crowd) ServeHTTP(rw http.ResponseWriter, _ *http.Request) {
	c.add(1)
	<-c.dismissed
	c.add(-1)
	rw.WriteHeader(http.StatusNotFound)
}

// askAt asks about that many containers of each of that many pods at once, each of its own
// image at one of the hosts, and hands each answer to check.
func (w *world) askAt(hosts []string, pods, containers int, check func(inject.ImageAnswer)) {
	w.settings.Insecure = hosts
	f := w.finder()
	var all sync.WaitGroup
	for p := range pods {
		all.Go(func() {
			pod := &corev1.Pod{}
			pod.Namespace = fmt.Sprintf("shop-%d", p%8) // each has a share
			var names []string
			for i := range containers {
				names = append(names, fmt.Sprintf("c%d", i))
				pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: names[i], Image: fmt.Sprintf("%s/%d/%d", hosts[i%len(hosts)], p, i)})
			}
			answers := f.Ask(w.Context(), pod, names, nil)
			for _, name := range names {
				check(answers[name])
			}
		})
	}
	all.Wait()
}

// fourHosts each let 60 questions through.
func fourHosts(t *testing.T, handler http.HandlerFunc) (hosts []string) {
	t.Helper()
	for i := range 4 {
		hosts = append(hosts, serveAt(t, fmt.Sprintf("127.0.0.%d", i+1), handler))
	}
	return hosts
}

// TestAtOnce: whoever makes pods names hosts. However many they name, some questions at
// once are asked for one pod, and some for all.
func TestAtOnce(t *testing.T) {
	for name, c := range map[string]struct{ pods, containers, most int }{
		"one pod":   {1, 50, 8},
		"many pods": {40, 8, 128},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			all := &crowd{dismissed: make(chan struct{})}
			hosts := fourHosts(t, all.ServeHTTP)
			go func() {
				await.True(t, "as many requests as may be there at once", func() bool { return all.atMost() >= c.most })
				close(all.dismissed)
			}()
			w.askAt(hosts, c.pods, c.containers, func(inject.ImageAnswer) {})
			if got := all.atMost(); got != c.most {
				t.Errorf("%d requests at once, want %d", got, c.most)
			}
		})
	}
}

// TestAllHang: hosts that hang, more than are asked at once, take no more than the budget,
// which here is what ends it.
func TestAllHang(t *testing.T) {
	w := newWorld(t)
	w.settings.Budget = short
	hosts := fourHosts(t, func(rw http.ResponseWriter, r *http.Request) { w.hangs(rw, r) })
	w.askAt(hosts, 40, 8, func(got inject.ImageAnswer) { w.wantReason(got, inject.ReasonRegistryUnavailable) })
}

// TestTarpitBlamesNobodyElse: a tenant's 230 questions to a tarpit do not shut the registry of
// others: theirs are asked, and the registry is not blamed for the time that others have used.
func TestTarpitBlamesNobodyElse(t *testing.T) {
	w := newWorld(t)
	w.settings.Budget = 10 * time.Second
	w.push("web:1", v1.Config{Entrypoint: []string{"/app"}})
	tarpit := serveAt(t, "127.0.0.2", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	w.settings.Insecure = append(w.settings.Insecure, tarpit)
	f := w.finder()
	ask := func(namespace, image string) inject.ImageAnswer {
		pod := &corev1.Pod{}
		pod.Namespace = namespace
		pod.Spec.Containers = []corev1.Container{{Name: "app", Image: image}}
		return f.Ask(t.Context(), pod, []string{"app"}, nil)["app"]
	}
	var tenants sync.WaitGroup
	for i := range 230 {
		tenants.Go(func() { ask("tenant", fmt.Sprintf("%s/%d", tarpit, i)) })
		if i%20 == 0 { // some of the same tenant's questions are to the others' registry
			tenants.Go(func() { ask("tenant", fmt.Sprintf("%s/missing-%d", w.host, i)) })
		}
	}
	tenants.Wait()
	if answer := ask("shop", w.host+"/web:1"); answer.Reason != "" {
		t.Errorf("the registry is shut: %s", answer.Reason)
	}
}
