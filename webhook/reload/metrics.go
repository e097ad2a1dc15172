package reload

import (
	"encoding/binary"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics says which configuration holds.
type Metrics struct {
	generation, hash, good, since prometheus.Gauge
}

// NewMetrics returns gauges that nobody collects yet.
func NewMetrics() *Metrics {
	m := &Metrics{
		generation: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "softstop_config_generation", Help: "How many configurations this replica has taken over since it started.",
		}),
		hash: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "softstop_config_hash", Help: "A number made from the configuration that holds; it differs between replicas that use different ones.",
		}),
		good: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "softstop_config_last_reload_successful", Help: "1 if the configuration as it is now holds; 0 if it was refused and the last good one stays.",
		}),
		since: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "softstop_config_last_reload_success_timestamp_seconds", Help: "When the configuration that holds was taken over, in seconds since 1970.",
		}),
	}
	return m
}

// Collectors returns all of them, to be registered.
func (m *Metrics) Collectors() []prometheus.Collector {
	return []prometheus.Collector{m.generation, m.hash, m.good, m.since}
}

func (m *Metrics) accept(c content, now time.Time) {
	m.generation.Inc()
	m.hash.Set(float64(binary.BigEndian.Uint32(c.file[:]) ^ binary.BigEndian.Uint32(c.others[:])))
	m.good.Set(1)
	m.since.Set(float64(now.Unix()))
}

func (m *Metrics) reject() { m.good.Set(0) }
