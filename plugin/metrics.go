package plugin

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/softstop/softstop/webhook/inject"
)

// Metrics counts what was done, and what is there.
type Metrics struct {
	containers *prometheus.CounterVec
	there      *prometheus.Desc
	ledger     *Ledger
}

// NewMetrics returns counters, and gauges of what ledger has, that nobody collects yet.
func NewMetrics(ledger *Ledger) *Metrics {
	return &Metrics{
		containers: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "softstop_node_containers_total",
			Help: "Containers that the webhook planned to have wrapped on this node, by result: wrapped, or the reason why not.",
		}, []string{"result"}),
		there: prometheus.NewDesc("softstop_node_containers", "Those that are on the node now, by result.", []string{"result"}, nil), ledger: ledger,
	}
}

// Describe implements prometheus.Collector.
func (m *Metrics) Describe(descriptions chan<- *prometheus.Desc) {
	m.containers.Describe(descriptions)
	descriptions <- m.there
}

// Collect implements prometheus.Collector.
func (m *Metrics) Collect(metrics chan<- prometheus.Metric) {
	m.containers.Collect(metrics)
	count := map[string]int{}
	for _, result := range m.ledger.Outcomes() {
		count[result]++
	}
	for result, n := range count {
		metrics <- prometheus.MustNewConstMetric(m.there, prometheus.GaugeValue, float64(n), result)
	}
}

// count counts a container that was wrapped, or not, for a reason of a fixed list.
func (m *Metrics) count(reason inject.Reason) {
	m.containers.WithLabelValues(outcome(reason)).Inc()
}
