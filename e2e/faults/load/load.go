package load

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilnet "k8s.io/apimachinery/pkg/util/net"
	"k8s.io/client-go/kubernetes"
)

// Kind is one sort of pod that is created again and again.
type Kind struct {
	// Name is the beginning of its pods' names.
	Name string
	// Namespace is where they are created.
	Namespace string
	// Every is the time between two of them; longer while so many as may be under way at once are.
	Every time.Duration
	// Runs says that a pod is waited for until it runs, before it is deleted.
	Runs bool
	// Stranger says that nobody opted its pods in.
	Stranger bool
	// Pod returns pod number n; it is given a name and the namespace.
	Pod func(n int) *corev1.Pod
	// Shapes are what may become of a pod; see Learn.
	Shapes []Shape
}

const (
	// answerTime is how long an answer is waited for: a little more than an API server gives all of
	// a pod's webhooks.
	answerTime = 35 * time.Second
	// runTime is how long a pod is waited for until it runs.
	runTime = 2 * time.Minute
	// crowd and runners bound the attempts of one kind that are under way at once, so that a
	// machine that is busy is not given more and more to do: pods that only have to be admitted,
	// and pods that have to run.
	crowd, runners = 12, 3
)

// Learn sends pod, of this kind, as a dry run, takes what comes back as the shape of result, and
// returns it.
func (k *Kind) Learn(ctx context.Context, client kubernetes.Interface, pod *corev1.Pod, result Result) (*corev1.Pod, error) {
	admitted, err := k.try(ctx, client, pod)
	if err != nil {
		return nil, fmt.Errorf("learn what a pod of the kind %s looks like as %s: %w", k.Name, result, err)
	}
	if known, _ := classify(k.Shapes, pod, admitted); known != Wrong {
		return nil, fmt.Errorf("learn what a pod of the kind %s looks like as %s: it is the same as %s", k.Name, result, known)
	}
	shape, err := shapeOf(pod, admitted, result)
	if err != nil {
		return nil, err
	}
	k.Shapes = append(k.Shapes, shape)
	return admitted, nil
}

// Try sends pod number n as a dry run and returns its result.
func (k *Kind) Try(ctx context.Context, client kubernetes.Interface, n int) (Result, error) {
	pod := k.Pod(n)
	admitted, err := k.try(ctx, client, pod)
	if err != nil {
		return Rejected, err
	}
	result, _ := classify(k.Shapes, pod, admitted)
	return result, nil
}

func (k *Kind) try(ctx context.Context, client kubernetes.Interface, pod *corev1.Pod) (*corev1.Pod, error) {
	pod.Namespace, pod.Name = k.Namespace, k.Name
	return client.CoreV1().Pods(k.Namespace).Create(ctx, pod, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
}

// Run creates pods of all kinds until ctx ends, each deleted again, and returns what became of
// them, in the order of their beginning. run is part of their names: two runs must not have the
// same.
func Run(ctx context.Context, client kubernetes.Interface, run string, kinds []Kind) []Record {
	var (
		mu      sync.Mutex
		records []Record
		all     sync.WaitGroup
	)
	for _, k := range kinds {
		free := make(chan struct{}, crowd)
		if k.Runs {
			free = make(chan struct{}, runners)
		}
		all.Go(func() {
			tick := time.NewTicker(k.Every)
			defer tick.Stop()
			for n := 0; ; n++ {
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
				}
				select {
				case <-ctx.Done():
					return
				case free <- struct{}{}:
				}
				all.Go(func() {
					// What has begun is seen to its end.
					r := k.attempt(context.WithoutCancel(ctx), client, run, n)
					<-free
					mu.Lock()
					defer mu.Unlock()
					records = append(records, r)
				})
			}
		})
	}
	all.Wait()
	slices.SortFunc(records, func(a, b Record) int { return a.Began.Compare(b.Began) })
	return records
}

// attempt creates one pod, waits until it runs if it is to, and deletes it.
func (k *Kind) attempt(ctx context.Context, client kubernetes.Interface, run string, n int) Record {
	pod := k.Pod(n)
	pod.Namespace, pod.Name = k.Namespace, fmt.Sprintf("%s-%s-%d", k.Name, run, n)
	r := Record{Kind: k.Name, Name: pod.Name, Began: time.Now()}
	answer, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	admitted, err := client.CoreV1().Pods(k.Namespace).Create(answer, pod, metav1.CreateOptions{})
	r.Took = time.Since(r.Began)
	switch {
	case err == nil:
		r.Result, r.Detail = classify(k.Shapes, pod, admitted)
	case isAway(err):
		r.Result, r.Detail = Away, err.Error()
	default:
		r.Result, r.Detail = Rejected, err.Error()
	}
	if err == nil && k.Runs {
		r.Awaited = true
		r.Hindrance = awaitRunning(ctx, client, pod)
		r.Ran = r.Hindrance == ""
	}
	// Also after an error: the answer may have been lost and not the pod.
	remove(ctx, client, pod)
	return r
}

// isAway reports whether err means that no API server was there to answer, or that one has only
// just begun.
func isAway(err error) bool {
	var network net.Error
	if errors.As(err, &network) || utilnet.IsConnectionRefused(err) || utilnet.IsConnectionReset(err) || utilnet.IsProbableEOF(err) {
		return !errors.Is(err, context.DeadlineExceeded)
	}
	return apierrors.IsServiceUnavailable(err) || apierrors.IsTooManyRequests(err) ||
		strings.Contains(err.Error(), "not yet ready to handle request") ||
		strings.Contains(err.Error(), "http2: client connection lost") ||
		strings.Contains(err.Error(), "http2: server sent GOAWAY")
}
