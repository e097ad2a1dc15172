package scrape

import (
	"context"
	"fmt"
	"io"
	"net/http"

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

// Get asks url and returns what Sums returns. An answer other than 200 is an error.
func Get(ctx context.Context, client *http.Client, url string) (map[string]float64, error) {
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
	return Sums(resp.Body)
}

// Sums returns each counter and gauge of a program's metrics by name, summed over its labels.
// Histograms and summaries are left out.
func Sums(text io.Reader) (map[string]float64, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(text)
	if err != nil {
		return nil, fmt.Errorf("read metrics: %w", err)
	}
	sums := map[string]float64{}
	for name, family := range families {
		for _, one := range family.GetMetric() {
			if one.GetHistogram() == nil && one.GetSummary() == nil {
				sums[name] += one.GetCounter().GetValue() + one.GetGauge().GetValue() + one.GetUntyped().GetValue()
			}
		}
	}
	return sums, nil
}
