//go:build linux

package ground

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
)

// Life is what was seen of a pod, by this process's clock.
type Life struct {
	// Running and Gone are when the news arrived; zero means not yet.
	Running, Gone time.Time
	// Failed says that it ended by itself, and how.
	Failed string
	// ExitCode is the last container's that was seen to end; -1 if none was.
	ExitCode int32
}

// Tracker watches a namespace's pods from its own beginning.
type Tracker struct {
	mu      sync.Mutex
	lives   map[string]Life
	changed chan struct{} // closed and replaced at every change
	err     error
}

// Track begins to watch a namespace, until ctx ends.
func (g *Ground) Track(ctx context.Context, namespace string) (*Tracker, error) {
	changes, err := g.Client.CoreV1().Pods(namespace).Watch(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("watch the pods in %s: %w", namespace, err)
	}
	t := &Tracker{lives: map[string]Life{}, changed: make(chan struct{})}
	go func() {
		defer changes.Stop()
		for ev := range changes.ResultChan() {
			t.change(func() { t.see(ev) })
		}
		t.change(func() { t.err = errors.New("the watch has ended") })
	}()
	return t, nil
}

func (t *Tracker) change(do func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	do()
	close(t.changed)
	t.changed = make(chan struct{})
}

func (t *Tracker) see(ev watch.Event) {
	pod, ok := ev.Object.(*corev1.Pod)
	if !ok {
		t.err = fmt.Errorf("the watch says %v", ev.Object)
		return
	}
	life, known := t.lives[pod.Name]
	if !known {
		life.ExitCode = -1
	}
	for _, c := range pod.Status.ContainerStatuses {
		if ended := c.State.Terminated; ended != nil {
			life.ExitCode = ended.ExitCode
		}
	}
	switch {
	case pod.Status.Phase == corev1.PodRunning && life.Running.IsZero():
		life.Running = time.Now()
	case pod.DeletionTimestamp == nil && (pod.Status.Phase == corev1.PodFailed || pod.Status.Phase == corev1.PodSucceeded):
		life.Failed = fmt.Sprintf("ended by itself: %+v", pod.Status.ContainerStatuses)
	}
	if ev.Type == watch.Deleted {
		life.Gone = time.Now()
	}
	t.lives[pod.Name] = life
}

// AwaitRunning returns when a pod runs.
func (t *Tracker) AwaitRunning(ctx context.Context, name string) (Life, error) {
	return t.await(ctx, name, "run", func(l Life) bool { return !l.Running.IsZero() })
}

// AwaitGone returns when a pod that was deleted is gone.
func (t *Tracker) AwaitGone(ctx context.Context, name string) (Life, error) {
	return t.await(ctx, name, "be gone", func(l Life) bool { return !l.Gone.IsZero() })
}

func (t *Tracker) await(ctx context.Context, name, what string, holds func(Life) bool) (Life, error) {
	for {
		t.mu.Lock()
		life, changed, err := t.lives[name], t.changed, t.err
		t.mu.Unlock()
		switch {
		case holds(life):
			return life, nil
		case life.Failed != "":
			return life, fmt.Errorf("pod %s was to %s and %s", name, what, life.Failed)
		case err != nil:
			return life, fmt.Errorf("wait for pod %s to %s: %w", name, what, err)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return life, fmt.Errorf("wait for pod %s to %s: %w", name, what, ctx.Err())
		}
	}
}
