package webhook

import (
	"github.com/prometheus/client_golang/prometheus"
)

// Metrics counts what was done to pods. Reviews, their duration and their errors are
// counted by the webhook server itself.
type Metrics struct {
	pods, containers, failures *prometheus.CounterVec
	patch                      prometheus.Histogram
}

// NewMetrics returns counters that nobody collects yet.
func NewMetrics() *Metrics {
	m := &Metrics{
		pods: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "softstop_pods_total", Help: "Pods reviewed, dry runs included, by the reason they were left alone; empty for those that were not.",
		}, []string{"reason"}),
		containers: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "softstop_containers_total", Help: "Containers of the pods that were not left alone, by what is done to them and why they are not wrapped.",
		}, []string{"action", "reason"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "softstop_failures_total", Help: "Pods admitted unchanged because softstop itself failed, by where: decode, surroundings or panic.",
		}, []string{"failure"}),
		patch: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "softstop_patch_bytes", Help: "The length of the patches.", Buckets: prometheus.ExponentialBuckets(256, 4, 7),
		}),
	}
	for _, failure := range Failures() { // an alert needs a zero to count from
		m.failures.WithLabelValues(string(failure))
	}
	return m
}

// Collectors returns all of them, to be registered.
func (m *Metrics) Collectors() []prometheus.Collector {
	return []prometheus.Collector{m.pods, m.containers, m.failures, m.patch}
}

// Observe counts one review. It is for Handler.Observe.
func (m *Metrics) Observe(outcome Outcome) {
	if outcome.Failure != "" {
		m.failures.WithLabelValues(string(outcome.Failure)).Inc()
		return
	}
	m.pods.WithLabelValues(string(outcome.Plan.Skip)).Inc()
	if outcome.PatchBytes > 0 {
		m.patch.Observe(float64(outcome.PatchBytes))
	}
	if outcome.Plan.Skip != "" {
		return
	}
	for _, c := range outcome.Plan.Containers {
		m.containers.WithLabelValues(string(c.Action), string(c.Reason)).Inc()
	}
}
