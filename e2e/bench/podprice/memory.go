//go:build linux

package podprice

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/e2e/bench/figures"
	"github.com/softstop/softstop/e2e/pace"
)

// memory are what pods are charged by kind, in KiB: all of it, anonymous memory, and the page
// cache.
type memory struct{ all, anonymous, cache figures.Row }

// plugin is what the nodes' plugin is charged, in KiB. That it has not wrapped so many containers is an
// error.
func (b bench) plugin(ctx context.Context, wrapped int) (float64, error) {
	pod, err := b.Plugin(ctx)
	if err != nil {
		return 0, err
	}
	m, err := b.Metrics(ctx, pod)
	if err != nil {
		return 0, err
	}
	if n := int(m.Sum("softstop_node_containers_total", "result", "wrapped")); n != wrapped {
		return 0, fmt.Errorf("the nodes' plugin has wrapped %d containers, want %d", n, wrapped)
	}
	c, err := b.Charged(string(pod.UID))
	return c.Working, err
}

// memory runs copies of each kind side by side and reads what each pod's cgroup is charged.
func (b bench) memory(ctx context.Context, copies int) (memory, error) {
	ctx, cancel := context.WithTimeout(ctx, pace.Stretch(2*patience))
	defer cancel()
	m := memory{figures.Row{}, figures.Row{}, figures.Row{}}
	fmt.Fprintf(b.Progress, "%d pods of each kind side by side\n", copies)
	for i := range copies {
		for _, k := range kinds() {
			if err := b.await(ctx, k); err != nil {
				return m, err
			}
			if err := b.create(ctx, k, fmt.Sprintf("memory-%d", i)); err != nil {
				return m, err
			}
		}
	}
	for _, k := range kinds() {
		for i := range copies {
			name := fmt.Sprintf("memory-%d", i)
			if _, err := b.trackers[k.name].AwaitRunning(ctx, name); err != nil {
				return m, err
			}
		}
	}
	for _, k := range kinds() {
		pods, err := b.Client.CoreV1().Pods(k.namespace()).List(ctx, metav1.ListOptions{})
		if err != nil {
			return m, err
		}
		for _, pod := range pods.Items {
			c, err := b.Charged(string(pod.UID))
			if err != nil {
				return m, err
			}
			m.all.Add(k.name, c.All)
			m.anonymous.Add(k.name, c.Anonymous)
			m.cache.Add(k.name, c.Cache)
		}
	}
	return m, nil
}
