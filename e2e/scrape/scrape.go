package scrape

import (
	"context"
	"fmt"
	"io"
	"net/http"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Names of metrics that several tests read.
const (
	// Requests counts the API server's calls of a webhook.
	Requests = "controller_runtime_webhook_requests_total"
	// Processor is the processor time that a Go program has used, in seconds.
	Processor = "process_cpu_seconds_total"
	// Resident is the resident memory of a program, in bytes.
	Resident = "process_resident_memory_bytes"
)

// Metrics are what a program shows, by name.
type Metrics map[string]*dto.MetricFamily

// Get asks url. An answer other than 200 is an error.
func Get(ctx context.Context, client *http.Client, url string) (Metrics, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return Read(resp.Body)
}

// Read reads metrics in Prometheus' text format.
func Read(text io.Reader) (Metrics, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(text)
	if err != nil {
		return nil, fmt.Errorf("read metrics: %w", err)
	}
	return families, nil
}

// Sum adds up the counters or gauges of this name that have the labels, given as name and value
// in turn: Sum("softstop_stops_total", "result", "forced"). It is 0 where there is none.
func (m Metrics) Sum(name string, labels ...string) float64 {
	total := 0.0
	for _, metric := range m[name].GetMetric() {
		if has(metric, labels) {
			total += metric.GetCounter().GetValue() + metric.GetGauge().GetValue() + metric.GetUntyped().GetValue()
		}
	}
	return total
}

// Sums returns the sum of every counter and gauge by its name.
func (m Metrics) Sums() map[string]float64 {
	sums := make(map[string]float64, len(m))
	for name := range m {
		sums[name] = m.Sum(name)
	}
	return sums
}

func has(metric *dto.Metric, labels []string) bool {
	values := map[string]string{}
	for _, label := range metric.GetLabel() {
		values[label.GetName()] = label.GetValue()
	}
	for at := 0; at < len(labels); at += 2 {
		if values[labels[at]] != labels[at+1] {
			return false
		}
	}
	return true
}
