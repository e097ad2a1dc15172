//go:build linux

package main

import (
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/softstop/softstop/e2e/bench/plot"
)

// report is one soak.
type report struct {
	kubernetes   string
	length, step time.Duration
	counts
	// samples are each replica's, by its name.
	samples map[string][]sample
}

// replicas are the names of the sampled replicas, in order.
func (r *report) replicas() []string { return slices.Sorted(maps.Keys(r.samples)) }

// table has a line for each replica and quantity.
func (r *report) table() string {
	var t strings.Builder
	t.WriteString("| replica | quantity | first third | last third | highest | |\n|---|---|--:|--:|--:|---|\n")
	for i, name := range r.replicas() {
		for _, q := range quantities() {
			v := judge(q, r.samples[name])
			fmt.Fprintf(&t, "| %d | %s | %s | %s | %s | %s |\n",
				i+1, q.name, q.text(v.first), q.text(v.last), q.text(v.highest), map[bool]string{false: "flat", true: "**grew**"}[v.grew])
		}
	}
	return t.String()
}

func (q quantity) text(value float64) string {
	if q.unit == "" {
		return fmt.Sprintf("%.0f", value)
	}
	return fmt.Sprintf("%.1f %s", value, q.unit)
}

// page is docs/soak.md.
func (r *report) page() string {
	perSecond := func(n int64) float64 { return float64(n) / r.length.Seconds() }
	return fmt.Sprintf(`# Soak

Two replicas with the chart's default settings, for %s at full speed on a real node (Kubernetes %s, %d processors), while the certificates
are rotated every 20 s: %d reviews through the API server (%.0f a second) and %d straight to the replicas (%.0f a second); %d failed.
`+"`make soak`"+` makes this page.

%s
Thirds are of the samples after a warm-up of %.0f%%, by their medians.

![memory, goroutines and file descriptors over time](soak.svg)
`, r.length, r.kubernetes, runtime.NumCPU(), r.served.Load(), perSecond(r.served.Load()), r.direct.Load(), perSecond(r.direct.Load()),
		r.failed.Load(), r.table(), warmUp*100)
}

// picture draws the first replica.
func (r *report) picture() string {
	var panels []plot.Panel
	for _, name := range r.replicas()[:min(1, len(r.samples))] {
		for _, q := range quantities() {
			p := plot.Panel{Title: q.name, Unit: q.unit, Verdict: "flat", Ours: true}
			if judge(q, r.samples[name]).grew {
				p.Verdict, p.Bad = "grew", true
			}
			for _, s := range r.samples[name] {
				p.Line = append(p.Line, s.values[q.metric]/q.per)
			}
			panels = append(panels, p)
		}
	}
	return plot.Panels("Memory, goroutines and file descriptors of the webhook over time", "The webhook at full speed", r.step.Seconds(), panels)
}

// broken is an error if anything grew, or a review failed.
func (r *report) broken() error {
	var errs []error
	if n := r.failed.Load(); n > 0 {
		errs = append(errs, fmt.Errorf("%d reviews failed", n))
	}
	if r.served.Load() == 0 || r.direct.Load() == 0 {
		errs = append(errs, errors.New("nothing was sent"))
	}
	for i, name := range r.replicas() {
		for _, q := range quantities() {
			if v := judge(q, r.samples[name]); v.grew {
				errs = append(errs, fmt.Errorf("%s of replica %d grew from %s to %s", q.name, i+1, q.text(v.first), q.text(v.last)))
			}
		}
	}
	return errors.Join(errs...)
}
