//go:build linux

package admission

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/softstop/softstop/e2e/bench/figures"
	"github.com/softstop/softstop/e2e/bench/ground"
	"github.com/softstop/softstop/e2e/bench/images"
	"github.com/softstop/softstop/e2e/bench/page"
)

// Options say how much to measure.
type Options struct {
	// Rounds is how many pods of each contestant are created one after the other.
	Rounds int
	// Slots is how many slots of parallel load each contestant gets, Slot how long one is, Clients
	// how many clients it has.
	Slots   int
	Slot    time.Duration
	Clients int
	// Benchmarks is how often Go's benchmarks of the handler are repeated.
	Benchmarks int
}

// bench is one run.
type bench struct {
	*ground.Ground
	Options
	all []contestant
}

// Run measures and returns the section.
func Run(ctx context.Context, g *ground.Ground, o Options) (page.Section, error) {
	digest, err := images.Digest(0)
	if err != nil {
		return page.Section{}, err
	}
	b := bench{g, o, contestants(digest)}
	registry, err := g.ServeImages(ctx, warm+o.Rounds)
	if err != nil {
		return page.Section{}, err
	}
	defer registry.Close()
	r, err := b.measure(ctx)
	if err != nil {
		return page.Section{}, err
	}
	return r.section(), nil
}

//go:embed noop.yaml
var noopYAML string

//go:embed policy.yaml
var policyYAML string

func (b bench) measure(ctx context.Context) (results, error) {
	r := results{Options: b.Options, contestants: b.all, latency: figures.Row{}, rate: figures.Row{}, apiserver: figures.Row{}, webhook: figures.Row{}}
	for _, c := range b.all {
		if err := b.Namespace(ctx, c.namespace(), c.labels()); err != nil {
			return r, err
		}
	}
	for _, yaml := range []string{noopYAML, policyYAML} {
		if _, err := b.Node.KubectlStdin(ctx, yaml, "apply", "-f", "-"); err != nil {
			return r, err
		}
	}
	for _, c := range b.all {
		if err := b.warm(ctx, c); err != nil {
			return r, err
		}
	}
	fmt.Fprintf(b.Progress, "%d creations each, one after the other\n", b.Rounds)
	if err := b.inTurn(ctx, r.latency); err != nil {
		return r, err
	}
	fmt.Fprintf(b.Progress, "%d slots of %s each with %d clients\n", b.Slots, b.Slot, b.Clients)
	if err := b.atOnce(ctx, r); err != nil {
		return r, err
	}
	fmt.Fprintln(b.Progress, "the handler alone: go test -bench, package webhook")
	var err error
	r.handler, err = benchmarks(ctx, b.Benchmarks)
	return r, err
}

// warm is how many pods of each contestant are created before anything is measured: connections,
// caches and compiled expressions are then there.
const warm = 30

// warm creates them, the first again and again until the contestant does its work: the API server
// learns of it a moment later.
func (b bench) warm(ctx context.Context, c contestant) error {
	var last error
	err := wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, time.Minute, true, func(ctx context.Context) (bool, error) {
		pod := c.pod("probe", 0)
		made, err := b.Client.CoreV1().Pods(c.namespace()).Create(ctx, pod, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		if err == nil {
			err = c.check(made)
		}
		if ctx.Err() == nil { // else it says no more than that
			last = err
		}
		return err == nil, nil
	})
	if err != nil {
		return fmt.Errorf("wait until %q does its work: %w: %w", c.title, err, last)
	}
	for n := range warm {
		if _, err := b.create(ctx, c, fmt.Sprintf("warm-%d", n), n); err != nil {
			return err
		}
	}
	return nil
}

// inTurn creates one pod of each contestant after the other, rounds times over, each round
// beginning with another.
func (b bench) inTurn(ctx context.Context, latency figures.Row) error {
	for round := range b.Rounds {
		for i := range b.all {
			c := b.all[(round+i)%len(b.all)]
			took, err := b.create(ctx, c, fmt.Sprintf("turn-%d", round), warm+round)
			if err != nil {
				return err
			}
			latency.AddTime(c.name, took)
		}
	}
	return nil
}

// create creates the n-th pod and takes the time of it.
func (b bench) create(ctx context.Context, c contestant, name string, n int) (time.Duration, error) {
	pod := c.pod(name, n)
	begin := time.Now()
	made, err := b.Client.CoreV1().Pods(c.namespace()).Create(ctx, pod, metav1.CreateOptions{})
	took := time.Since(begin)
	if err != nil {
		return 0, fmt.Errorf("create %s/%s: %w", c.namespace(), name, err)
	}
	return took, c.check(made)
}
