//go:build linux

package scale

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/e2e/bench/ground"
	"github.com/softstop/softstop/e2e/bench/images"
	"github.com/softstop/softstop/e2e/bench/page"
	"github.com/softstop/softstop/e2e/demo/stage"
	"github.com/softstop/softstop/e2e/pace"
)

// Options say how much to measure.
type Options struct {
	// Workloads have Each pods each and an image of their own, over Namespaces.
	Workloads, Each, Namespaces int
	// Clients create pods at once.
	Clients int
	// Rest is how long the webhook is left alone before its memory is read.
	Rest time.Duration
}

// bench is one run.
type bench struct {
	*ground.Ground
	Options
	webhook *corev1.Pod

	mu      sync.Mutex
	begin   time.Time
	seconds []second
	wrapped atomic.Int64
}

// Run measures and returns the section.
func Run(ctx context.Context, g *ground.Ground, o Options) (page.Section, error) {
	b := &bench{Ground: g, Options: o}
	registry, err := g.ServeImages(ctx, o.Workloads)
	if err != nil {
		return page.Section{}, err
	}
	defer registry.Close()
	r, err := b.measure(ctx)
	if err != nil {
		return page.Section{}, err
	}
	r.asked = registry.Asked()
	return r.section(), nil
}

func (b *bench) measure(ctx context.Context) (results, error) {
	r := results{Options: b.Options}
	fmt.Fprintf(b.Progress, "%d namespaces and a fresh webhook\n", b.Namespaces)
	for i := range b.Namespaces {
		if err := b.Namespace(ctx, namespace(i), ground.Enabled()); err != nil {
			return r, err
		}
	}
	if err := b.restart(ctx); err != nil {
		return r, err
	}
	before, err := b.atRest(ctx)
	if err != nil {
		return r, err
	}
	fmt.Fprintf(b.Progress, "%d pods\n", b.Workloads*b.Each)
	sampling, stop := context.WithCancel(ctx)
	defer stop()
	b.begin = time.Now()
	sampled := make(chan error, 1)
	go func() { sampled <- b.sample(sampling) }()
	err = b.createAll(ctx)
	r.took = time.Since(b.begin)
	stop()
	if err := errors.Join(err, <-sampled); err != nil {
		return r, err
	}
	after, err := b.atRest(ctx)
	if err != nil {
		return r, err
	}
	r.before, r.after, r.seconds, r.wrapped = before, after, b.seconds, int(b.wrapped.Load())
	return r, nil
}

func namespace(i int) string { return fmt.Sprintf("bench-scale-%d", i) }

// restart gives softstop a fresh process.
func (b *bench) restart(ctx context.Context) error {
	for _, args := range [][]string{{"restart"}, {"status", "--timeout=2m"}} {
		args = append([]string{"--namespace", stage.Namespace, "rollout"}, append(args, "deployment/"+stage.Release+"-webhook")...)
		if _, err := b.Node.Kubectl(ctx, args...); err != nil {
			return err
		}
	}
	if err := b.AwaitInjection(ctx); err != nil {
		return err
	}
	// The old pod goes on answering for a moment.
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	patience, cancel := context.WithTimeout(ctx, pace.Stretch(time.Minute))
	defer cancel()
	for {
		var err error
		if b.webhook, err = b.Webhook(patience); err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-patience.Done():
			return fmt.Errorf("wait for the fresh webhook: %w", err)
		}
	}
}

// createAll creates all pods: the clients take the next one from one list, workload by workload.
func (b *bench) createAll(ctx context.Context) error {
	var next atomic.Int64
	errs := make([]error, b.Clients)
	var clients sync.WaitGroup
	for client := range b.Clients {
		clients.Go(func() {
			for errs[client] == nil {
				n := int(next.Add(1)) - 1
				if n >= b.Workloads*b.Each {
					return
				}
				errs[client] = b.create(ctx, n)
			}
		})
	}
	clients.Wait()
	return errors.Join(errs...)
}

// create creates the n-th pod.
func (b *bench) create(ctx context.Context, n int) error {
	workload, noToken := n/b.Each, false
	registries := ground.Registries()
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("app-%d", n), Labels: map[string]string{"app": fmt.Sprint("app-", workload)}},
		Spec: corev1.PodSpec{
			SchedulerName: "nobody", AutomountServiceAccountToken: &noToken,
			Containers: []corev1.Container{{
				Name: "app", Image: images.Name(registries[workload%len(registries)], workload), Ports: []corev1.ContainerPort{{ContainerPort: 8080}},
			}},
		},
	}
	begin := time.Now()
	made, err := b.Client.CoreV1().Pods(namespace(workload%b.Namespaces)).Create(ctx, pod, metav1.CreateOptions{})
	took := time.Since(begin)
	if err != nil {
		return fmt.Errorf("create pod %d: %w", n, err)
	}
	if len(made.Spec.Containers[0].Command) > 0 {
		b.wrapped.Add(1)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	at := b.at(begin)
	at.latency.AddTime("", took)
	return nil
}
