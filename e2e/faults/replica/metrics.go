//go:build linux

package replica

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	corev1 "k8s.io/api/core/v1"
)

// Requests is the metric that counts the API server's calls.
const Requests = "controller_runtime_webhook_requests_total"

// Metrics are a replica's, by name, each added up over its labels.
type Metrics map[string]float64

// Metrics reads a replica's metrics, from inside the node's network.
func (s Set) Metrics(ctx context.Context, pod corev1.Pod) (Metrics, error) {
	url := "http://" + net.JoinHostPort(pod.Status.PodIP, "8080") + "/metrics"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	client := &http.Client{
		Transport: &http.Transport{DialContext: s.Node.Dial, DisableKeepAlives: true}, Timeout: 10 * time.Second,
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("read the metrics of %s: %w", pod.Name, err)
	}
	defer resp.Body.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("read the metrics of %s: %w", pod.Name, err)
	}
	m := Metrics{}
	for name, family := range families {
		for _, one := range family.GetMetric() {
			m[name] += value(one)
		}
	}
	return m, nil
}

// value is a counter's or gauge's; a histogram counts as its sum.
func value(m *dto.Metric) float64 {
	return m.GetCounter().GetValue() + m.GetGauge().GetValue() + m.GetUntyped().GetValue() + m.GetHistogram().GetSampleSum()
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
			counts = append(counts, m[Requests])
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
