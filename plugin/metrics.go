package plugin

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/softstop/softstop/webhook/inject"
)

// Metrics counts what was done.
type Metrics struct{ containers *prometheus.CounterVec }

// NewMetrics returns counters that nobody collects yet.
func NewMetrics() *Metrics {
	return &Metrics{prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "softstop_node_containers_total",
		Help: "Containers that the webhook planned to have wrapped on this node, by result: wrapped, or the reason why not.",
	}, []string{"result"})}
}

// Collectors returns all of them, to be registered.
func (m *Metrics) Collectors() []prometheus.Collector { return []prometheus.Collector{m.containers} }

// count counts a container that was wrapped, or not, for a reason of a fixed list.
func (m *Metrics) count(reason inject.Reason) {
	result := string(reason)
	if reason == "" {
		result = string(inject.Wrapped)
	}
	m.containers.WithLabelValues(result).Inc()
}
