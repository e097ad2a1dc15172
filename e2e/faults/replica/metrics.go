//go:build linux

package replica

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/e2e/scrape"
)

// Metrics reads a replica's metrics, from inside the node's network.
func (s Set) Metrics(ctx context.Context, pod corev1.Pod) (scrape.Metrics, error) {
	client := &http.Client{
		Transport: &http.Transport{DialContext: s.Node.Dial, DisableKeepAlives: true}, Timeout: 10 * time.Second,
	}
	metrics, err := scrape.Get(ctx, client, "http://"+net.JoinHostPort(pod.Status.PodIP, "8080")+"/metrics")
	if err != nil {
		return nil, fmt.Errorf("read the metrics of %s: %w", pod.Name, err)
	}
	return metrics, nil
}

// Busiest returns the ready replica that was called most during d: the API server keeps to one
// connection for as long as it lasts.
func (s Set) Busiest(ctx context.Context, d time.Duration) (corev1.Pod, error) {
	pods, err := s.Ready(ctx)
	if err != nil {
		return corev1.Pod{}, err
	}
	calls := func() ([]float64, error) {
		var counts []float64
		for _, pod := range pods {
			m, err := s.Metrics(ctx, pod)
			if err != nil {
				return nil, err
			}
			counts = append(counts, m.Sum(scrape.Requests))
		}
		return counts, nil
	}
	before, err := calls()
	if err != nil {
		return corev1.Pod{}, err
	}
	select {
	case <-ctx.Done():
		return corev1.Pod{}, ctx.Err()
	case <-time.After(d):
	}
	after, err := calls()
	if err != nil {
		return corev1.Pod{}, err
	}
	best := -1
	for i := range pods {
		if best < 0 || after[i]-before[i] > after[best]-before[best] {
			best = i
		}
	}
	if best < 0 {
		return corev1.Pod{}, fmt.Errorf("find the busiest replica: none is ready")
	}
	return pods[best], nil
}
