package webhook

import (
	"github.com/prometheus/client_golang/prometheus"
)

// Metrics counts what was done to pods. Reviews, their duration and their errors are
// counted by the webhook server itself.
type Metrics struct{ pods, containers *prometheus.CounterVec }

// NewMetrics registers the counters.
func NewMetrics(registry prometheus.Registerer) (*Metrics, error) {
	m := &Metrics{
		pods: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "softstop_pods_total", Help: "Pods reviewed, dry runs included, by the reason they were left unchanged; empty for those that were not.",
		}, []string{"reason"}),
		containers: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "softstop_containers_total", Help: "Containers of those pods, by what is done to them and why they are not wrapped.",
		}, []string{"action", "reason"}),
	}
	for _, c := range []prometheus.Collector{m.pods, m.containers} {
		if err := registry.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// Observe counts one plan. It is for Handler.Observe.
func (m *Metrics) Observe(plan Plan) {
	m.pods.WithLabelValues(string(plan.Skip)).Inc()
	if plan.Skip != "" {
		return
	}
	for _, c := range plan.Containers {
		m.containers.WithLabelValues(string(c.Action), string(c.Reason)).Inc()
	}
}
