package lookup

import (
	"github.com/prometheus/client_golang/prometheus"
)

// Metrics counts what looking up costs. One may serve several Finders, one after the
// other.
type Metrics struct {
	seconds  prometheus.Histogram
	cache    *prometheus.CounterVec
	requests *prometheus.CounterVec
}

// NewMetrics returns counters that nobody collects yet.
func NewMetrics() *Metrics {
	m := &Metrics{
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "softstop_lookup_seconds", Help: "How long looking up all images of one pod took.",
			Buckets: []float64{.001, .005, .02, .1, .25, .5, 1, 2, 5, 10, 25},
		}),
		cache: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "softstop_lookup_cache_total", Help: "Questions to a cache (tag, digest, failure), by result (hit, miss).",
		}, []string{"cache", "result"}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "softstop_lookup_requests_total", Help: "Questions to registries, by result: answered, failed, or closed, where the breaker or the rate limit kept the host from being asked.",
		}, []string{"result"}),
	}
	return m
}

// Collectors returns all of them, to be registered.
func (m *Metrics) Collectors() []prometheus.Collector {
	return []prometheus.Collector{m.seconds, m.cache, m.requests}
}

// asked counts a question to the cache of that name.
func (m *Metrics) asked(cache string, hit bool) {
	result := "miss"
	if hit {
		result = "hit"
	}
	m.cache.WithLabelValues(cache, result).Inc()
}
