//go:build linux

package admission

import (
	"fmt"

	"github.com/softstop/softstop/e2e/bench/figures"
	"github.com/softstop/softstop/e2e/bench/page"
)

// The goals: what softstop may cost beside the other webhooks, and its handler beside decoding.
const (
	maxLatency  = 1.15
	maxOnNode   = 1.10
	minRate     = 0.8
	maxHandling = 2
)

// results are what was measured.
type results struct {
	Options
	contestants []contestant
	// latency are creations one after the other, in milliseconds; rate are those at once, in a second.
	latency, rate figures.Row
	// apiserver and webhook are the processor time of one creation at once, in milliseconds.
	apiserver, webhook figures.Row
	// handler are the Go benchmarks, in microseconds.
	handler figures.Row
}

func (r results) section() page.Section {
	var rows [][]string
	for _, c := range r.contestants {
		rows = append(rows, []string{
			c.title, fmt.Sprintf("%.2f", r.latency[c.name].Median()), r.over(c.name, noop, 50), r.over(c.name, c.repeater(), 50),
			fmt.Sprintf("%.2f", r.latency[c.name].Percentile(99)), r.over(c.name, noop, 99), r.over(c.name, c.repeater(), 99),
			measured("%.0f", r.rate[c.name]), measured("%.2f", r.apiserver[c.name]), measured("%.2f", r.webhook[c.name]),
		})
	}
	s := page.Section{
		Name: "admission", Title: "What an admission costs",
		Text: fmt.Sprintf(`Creating the same pod, a web server's with a dozen variables, on one API server: %d creations each, in turn, one after the other, in
milliseconds by the client's clock; and creations per second with %d clients at once, the median of %d slots of %s in turn, with the
processor time that one creation takes of the API server and of the webhook. Times are also given over those of the webhook that
does nothing, and of the one that gives every pod the patch that softstop would make of it, without a look at it.

%s
What softstop costs over a webhook that does nothing is mostly the API server's own work with a pod that somebody has changed, as the
webhook that only repeats a patch shows: it applies the patch, decodes and defaults the pod again, and lets its own admission see it a
second time. Whoever changes a pod pays that; the native policy, too.

A known image is one that softstop has seen before; named by its digest, it is never asked for again. "To look up" is a
different image for every pod, asked for at a registry on the same machine. With the node carrier no image is looked up, and the pod
gains a hook, a grace period and an annotation: that patch has a webhook of its own that repeats it.

The handler alone (`+"`go test -bench`"+`, package webhook): **%.0f µs** for an answer, of which decoding the review and its pod takes
%.0f µs.`, r.Rounds, r.Clients, r.Slots, r.Slot,
			page.Table([]string{"", "p50 ms", "over nothing", "over repeating", "p99 ms", "over nothing", "over repeating", "per second", "API server ms", "webhook ms"}, rows),
			r.handler[benchAnswer].Median(), r.handler[benchDecode].Median()),
	}
	for _, beside := range []struct{ name, title string }{{noop, "doing nothing"}, {repeat, "repeating"}} {
		for _, name := range []string{explicit, cached} {
			s.Goals = append(s.Goals,
				figures.AtMost(name+", p50 over "+beside.title, "%.2f ×", maxLatency, r.slower(name, beside.name, 50)),
				figures.AtMost(name+", p99 over "+beside.title, "%.2f ×", maxLatency, r.slower(name, beside.name, 99)),
				figures.AtLeast(name+", throughput over "+beside.title, "%.2f ×", minRate, r.rate[name].Median()/r.rate[beside.name].Median()))
		}
	}
	s.Goals = append(s.Goals,
		figures.AtMost("node carrier, p50 over repeating its patch", "%.2f ×", maxOnNode, r.slower(onNode, repeatNode, 50)),
		figures.AtMost("node carrier, p99 over repeating its patch", "%.2f ×", maxOnNode, r.slower(onNode, repeatNode, 99)))
	s.Goals = append(s.Goals, figures.AtMost("handler over decoding", "%.2f ×", maxHandling,
		r.handler[benchAnswer].Median()/r.handler[benchDecode].Median()))
	return s
}

// slower is how many times as long as another a contestant takes, at a percentile.
func (r results) slower(name, than string, percentile float64) float64 {
	return r.latency[name].Percentile(percentile) / r.latency[than].Percentile(percentile)
}

func (r results) over(name, than string, percentile float64) string {
	return fmt.Sprintf("%.2f ×", r.slower(name, than, percentile))
}

// measured is a median, or a dash where nothing was measured.
func measured(format string, s figures.Samples) string {
	if s.Median() == 0 {
		return "–"
	}
	return fmt.Sprintf(format, s.Median())
}
