package webhook

import "github.com/prometheus/client_golang/prometheus"

// Collectors are several metrics that are registered as one. It is a prometheus.Collector.
type Collectors []prometheus.Collector

// Describe implements prometheus.Collector.
func (c Collectors) Describe(to chan<- *prometheus.Desc) {
	for _, one := range c {
		one.Describe(to)
	}
}

// Collect implements prometheus.Collector.
func (c Collectors) Collect(to chan<- prometheus.Metric) {
	for _, one := range c {
		one.Collect(to)
	}
}
