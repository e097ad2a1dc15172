//go:build linux

package stoptime

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/e2e/bench/ground"
	"github.com/softstop/softstop/e2e/bench/page"
	"github.com/softstop/softstop/e2e/demo/images"
	"github.com/softstop/softstop/e2e/pace"
)

// Options say how much to measure.
type Options struct {
	// Deletions is how many pods of each kind are deleted, unless Within is over before.
	Deletions int
	// Within bounds the time in which waves begin.
	Within time.Duration
}

// floor is how long the application's own cleanup takes.
const floor = 2 * time.Second

// form is a way to launch the application, whose cleanup takes floor.
type form struct {
	name, title string
	command     []string
}

func forms() []form {
	return []form{
		{"exec", "exec form: `app`", []string{"/app", "--cleanup=2s"}},
		{"shell", "shell form: `sh -c \"app; …\"`", []string{"sh", "-c", "/app --cleanup 2s; echo ended with $?"}},
		{"script", "script that runs app without `exec`", []string{"/scripts/plain.sh"}},
	}
}

const (
	wave = 13 // pods of each kind at once
	// apart is the time between two deletions: far enough that one is mostly alone, near enough for
	// a hundred a minute.
	apart    = 250 * time.Millisecond
	patience = 3 * time.Minute
)

// namespaces are those without and with softstop.
func namespaces() []string { return []string{"bench-stop-without", "bench-stop-softstop"} }

// stop is one deletion.
type stop struct {
	form      form
	softstop  bool
	namespace string
	pod       string
	took      time.Duration
	exitCode  int32
}

// Run measures and returns the section.
func Run(ctx context.Context, g *ground.Ground, o Options) (page.Section, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	b := bench{Ground: g, trackers: map[string]*ground.Tracker{}}
	defer g.Clear(namespaces()...)
	for i, name := range namespaces() {
		var labels map[string]string
		if i == 1 {
			labels = ground.Enabled()
		}
		if err := g.Namespace(ctx, name, labels); err != nil {
			return page.Section{}, err
		}
		var err error
		if b.trackers[name], err = g.Track(ctx, name); err != nil {
			return page.Section{}, err
		}
	}
	deadline := time.Now().Add(o.Within)
	for first := 0; first < o.Deletions && time.Now().Before(deadline); first += wave {
		fmt.Fprintf(g.Progress, "deletions %d to %d of each form\n", first+1, min(first+wave, o.Deletions))
		if err := b.wave(ctx, first, min(first+wave, o.Deletions)); err != nil {
			return page.Section{}, err
		}
	}
	stops, err := b.collect()
	if err != nil {
		return page.Section{}, err
	}
	return section(stops), nil
}

// bench is one run.
type bench struct {
	*ground.Ground
	trackers map[string]*ground.Tracker

	mu      sync.Mutex
	ends    sync.WaitGroup
	stops   []stop
	failure error
}

// wave starts pods first to last of every kind and deletes them in turn. It returns when the last
// is deleted, not when it is gone.
func (b *bench) wave(ctx context.Context, first, last int) error {
	var stops []stop
	for i := first; i < last; i++ {
		for _, f := range forms() {
			for n, namespace := range namespaces() {
				stops = append(stops, stop{form: f, softstop: n == 1, namespace: namespace, pod: fmt.Sprintf("%s-%d", f.name, i)})
			}
		}
	}
	for _, s := range stops {
		if _, err := b.Client.CoreV1().Pods(s.namespace).Create(ctx, s.made(), metav1.CreateOptions{}); err != nil {
			return fmt.Errorf("make %s/%s: %w", s.namespace, s.pod, err)
		}
	}
	starting, cancel := context.WithTimeout(ctx, pace.Stretch(patience))
	defer cancel()
	for _, s := range stops {
		if _, err := b.trackers[s.namespace].AwaitRunning(starting, s.pod); err != nil {
			return err
		}
	}
	tick := time.NewTicker(apart)
	defer tick.Stop()
	for _, s := range stops {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		b.ends.Go(func() { b.stop(ctx, s) })
	}
	return nil
}

// made is the pod that somebody would write.
func (s stop) made() *corev1.Pod {
	noToken := false
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: s.pod},
		Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever, AutomountServiceAccountToken: &noToken,
			Containers: []corev1.Container{{Name: "app", Image: images.App, ImagePullPolicy: corev1.PullNever, Command: s.form.command}},
		},
	}
}

// stop deletes one pod and notes how that went.
func (b *bench) stop(ctx context.Context, s stop) {
	ctx, cancel := context.WithTimeout(ctx, pace.Stretch(patience))
	defer cancel()
	begin := time.Now()
	err := b.Client.CoreV1().Pods(s.namespace).Delete(ctx, s.pod, metav1.DeleteOptions{})
	var life ground.Life
	if err == nil {
		life, err = b.trackers[s.namespace].AwaitGone(ctx, s.pod)
	}
	s.took, s.exitCode = life.Gone.Sub(begin), life.ExitCode
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failure = errors.Join(b.failure, err)
	b.stops = append(b.stops, s)
}

// collect waits for the last end.
func (b *bench) collect() ([]stop, error) {
	b.ends.Wait()
	return b.stops, b.failure
}
