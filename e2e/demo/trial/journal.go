//go:build linux

package trial

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes"
)

// Journal collects a container's log as it is written.
type Journal struct {
	mu      sync.Mutex
	b       strings.Builder
	changed chan struct{}
	ended   chan struct{}
}

// Follow reads a container's log from its beginning until it ends.
func Follow(ctx context.Context, client kubernetes.Interface, namespace, pod, container string) (*Journal, error) {
	stream, err := client.CoreV1().Pods(namespace).GetLogs(pod, &corev1.PodLogOptions{Container: container, Follow: true}).Stream(ctx)
	if err != nil {
		return nil, fmt.Errorf("follow its log: %w", err)
	}
	j := &Journal{changed: make(chan struct{}, 1), ended: make(chan struct{})}
	go func() {
		defer close(j.ended)
		defer stream.Close()
		_, _ = io.Copy(j, stream)
	}()
	return j, nil
}

// Write adds to the journal.
func (j *Journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	select {
	case j.changed <- struct{}{}:
	default:
	}
	return j.b.Write(b)
}

// String returns what there is of it so far.
func (j *Journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

// Await returns when the log contains what so many times.
func (j *Journal) Await(ctx context.Context, what string, times int) error {
	for strings.Count(j.String(), what) < times {
		select {
		case <-j.changed:
		case <-j.ended:
			return fmt.Errorf("its log ended without %q", what)
		case <-ctx.Done():
			return fmt.Errorf("wait for %q in its log: %w", what, ctx.Err())
		}
	}
	return nil
}

// AwaitEnd returns when the log has ended.
func (j *Journal) AwaitEnd(ctx context.Context) error {
	select {
	case <-j.ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the end of its log: %w", ctx.Err())
	}
}
