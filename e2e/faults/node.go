//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/e2e/bench/figures"
	"github.com/softstop/softstop/e2e/demo/stage"
	"github.com/softstop/softstop/e2e/faults/nodeplugin"
	"github.com/softstop/softstop/e2e/pace"
)

// nodeRow is what a misfortune of the nodes' plugin did.
type nodeRow struct {
	nodeplugin.Misfortune
	// strikes is how often it struck.
	strikes int
	// healing is how long it took from its end until a pod was wrapped by the node again.
	healing time.Duration
	// of counts the pods that asked for the node carrier, bare those beside them that did not opt in.
	of, bare map[nodeplugin.How]int
	// took are the times that both needed to start, in seconds.
	took, bareTook figures.Samples
	// details say more about those that went wrong.
	details []string
}

// calm is no misfortune, to compare with.
const calm = "plugin well"

// nodeMisfortunes are the rows of the table about the nodes' plugin.
func nodeMisfortunes() []nodeplugin.Misfortune {
	return append([]nodeplugin.Misfortune{{Name: calm, Does: "nothing, to compare with"}}, nodeplugin.Misfortunes()...)
}

const (
	// pair is the time between two pairs of pods, one that opted in and one that did not; pairs how many
	// are under way at most.
	pair  = 800 * time.Millisecond
	pairs = 2
	// startTime is how long a pod is waited for.
	startTime = 2 * time.Minute
)

// install the nodes' plugin, and make the namespace in which pods start.
func (s *scene) furnishNode(ctx context.Context) error {
	if err := s.install(ctx, stage.NodeCarrier()...); err != nil {
		return err
	}
	if err := s.AwaitCarrier(ctx, config.CarrierNode); err != nil {
		return err
	}
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: nodeNamespace}}
	if _, err := s.Client.CoreV1().Namespaces().Create(ctx, ns, metav1.CreateOptions{}); err != nil {
		return fmt.Errorf("make the namespace %s: %w", nodeNamespace, err)
	}
	return s.awaitAccount(ctx, nodeNamespace)
}

const nodeNamespace = "faults-node"

// endure has pods start, strikes for so long, and returns when all are accounted for.
func (s *scene) endure(ctx context.Context, m nodeplugin.Misfortune, atLeast time.Duration) (nodeRow, error) {
	r := nodeRow{Misfortune: m, of: map[nodeplugin.How]int{}, bare: map[nodeplugin.How]int{}}
	loading, unload := context.WithCancel(ctx)
	defer unload()
	done := make(chan struct{})
	go func() { s.startPods(loading, &r); close(done) }()
	pause(ctx, settle)
	striking, cancel := context.WithTimeout(ctx, atLeast)
	defer cancel()
	err := s.strike(striking, &r)
	if err == nil {
		healed := time.Now()
		err = s.wrapsAgain(ctx, m.Name)
		r.healing = time.Since(healed)
		pause(ctx, settle)
	}
	unload()
	<-done
	if err != nil {
		return r, fmt.Errorf("%s: %w", m.Name, err)
	}
	return r, ctx.Err()
}

// strike strikes until ctx ends, and heals.
func (s *scene) strike(ctx context.Context, r *nodeRow) error {
	plugin, after := nodeplugin.Set{Stage: s.Stage}, context.WithoutCancel(ctx)
	for again := true; again && r.Strike != nil && ctx.Err() == nil; again = r.Every > 0 {
		if err := s.await(after, time.Minute, func(ctx context.Context) error { return r.Strike(ctx, plugin) }); err != nil {
			return err
		}
		r.strikes++
		pause(ctx, r.Every)
	}
	<-ctx.Done()
	if r.Heal == nil {
		return nil
	}
	return r.Heal(after, plugin)
}

// wrapsAgain returns when the plugin is ready and a pod has been wrapped by it.
func (s *scene) wrapsAgain(ctx context.Context, run string) error {
	plugin, n := nodeplugin.Set{Stage: s.Stage}, 0
	return s.await(ctx, 3*time.Minute, func(ctx context.Context) error {
		if err := errors.Join(plugin.Ready(ctx), s.DecidesFor(ctx, config.CarrierNode)); err != nil {
			return err
		}
		n++
		begun, err := plugin.Begin(ctx, nodeNamespace, fmt.Sprintf("%s-again-%d", nameOf(run), n), false)
		if err != nil {
			return err
		}
		if o := plugin.Await(ctx, begun); o.How != nodeplugin.OnNode {
			return fmt.Errorf("a pod is started %s: %s", o.How, o.Detail)
		}
		return nil
	})
}

// nameOf is what a misfortune is called in the names of pods.
func nameOf(run string) string { return strings.ReplaceAll(run, " ", "-") }

// startPods creates pairs of pods until ctx ends, and counts what becomes of them.
func (s *scene) startPods(ctx context.Context, r *nodeRow) {
	plugin := nodeplugin.Set{Stage: s.Stage}
	var mu sync.Mutex
	one := func(name string, bare bool) {
		// What has begun is seen to its end.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pace.Stretch(startTime))
		defer cancel()
		begun, err := plugin.Begin(ctx, nodeNamespace, name, bare)
		o := nodeplugin.Outcome{How: nodeplugin.Failed, Detail: fmt.Sprint(err)}
		if err == nil {
			o = plugin.Await(ctx, begun)
			_ = s.Client.CoreV1().Pods(nodeNamespace).Delete(ctx, name, metav1.DeleteOptions{}) // the namespace's end is the node's
		}
		mu.Lock()
		defer mu.Unlock()
		r.count(o, bare)
	}
	var all sync.WaitGroup
	free := make(chan struct{}, pairs)
	tick := time.NewTicker(pair)
	defer tick.Stop()
	for n := 0; ctx.Err() == nil; n++ {
		select {
		case free <- struct{}{}:
		case <-ctx.Done():
			continue
		}
		all.Go(func() {
			defer func() { <-free }()
			var both sync.WaitGroup
			both.Go(func() { one(fmt.Sprintf("%s-%d", nameOf(r.Name), n), false) })
			both.Go(func() { one(fmt.Sprintf("%s-bare-%d", nameOf(r.Name), n), true) })
			both.Wait()
		})
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
	all.Wait()
}

// count counts what became of a pod.
func (r *nodeRow) count(o nodeplugin.Outcome, bare bool) {
	of, took := r.of, &r.took
	if bare {
		of, took = r.bare, &r.bareTook
	}
	of[o.How]++
	if o.How == nodeplugin.Failed || o.How == nodeplugin.Wrong {
		r.details = append(r.details, o.Detail)
		return
	}
	*took = append(*took, o.Took.Seconds())
}

// pods is how many there were, of both kinds.
func pods(of map[nodeplugin.How]int) (n int) {
	for _, count := range of {
		n += count
	}
	return n
}

// judgeNode returns the broken promises. That a pod is slow is none: the machine may be.
func judgeNode(rows []nodeRow) []string {
	var broken []string
	for _, r := range rows {
		for _, how := range []nodeplugin.How{nodeplugin.Failed, nodeplugin.Wrong} {
			// What fails beside it without softstop is the misfortune's own.
			if n := r.of[how]; n > 0 && (how == nodeplugin.Wrong || n > r.bare[how]) || how == nodeplugin.Wrong && r.bare[how] > 0 {
				broken = append(broken, fmt.Sprintf("%s: %d pods %s (%d that did not opt in): %s", r.Name, n, how, r.bare[how], strings.Join(r.details, "; ")))
			}
		}
		if n := pods(r.of); n == 0 || r.Name == calm && r.of[nodeplugin.OnNode] < n {
			broken = append(broken, fmt.Sprintf("%s: %d of %d pods were wrapped by the node", r.Name, r.of[nodeplugin.OnNode], n))
		}
	}
	return broken
}
