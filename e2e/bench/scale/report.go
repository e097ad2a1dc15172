//go:build linux

package scale

import (
	"fmt"
	"time"

	"github.com/softstop/softstop/e2e/bench/figures"
	"github.com/softstop/softstop/e2e/bench/images"
	"github.com/softstop/softstop/e2e/bench/page"
	"github.com/softstop/softstop/e2e/bench/plot"
)

// Picture is the file with latency and memory over time.
const Picture = "scale.svg"

// The goals, in MiB.
const (
	maxAtRest = 40
	maxAfter  = 64
	// maxGrowth is how much more the webhook may have at most in the second half than in the first:
	// it is flat.
	maxGrowth = 1.25
)

// results are what was measured.
type results struct {
	Options
	took          time.Duration
	before, after state
	seconds       []second
	wrapped       int
	asked         images.Asked
}

// pods is how many were created, latency the milliseconds of each.
func (r results) pods() float64 { return float64(r.Workloads * r.Each) }

func (r results) latency() figures.Samples {
	var all figures.Samples
	for _, s := range r.seconds {
		all = append(all, s.latency[""]...)
	}
	return all
}

// perAdmission is the webhook's processor time for one review, in milliseconds.
func (r results) perAdmission() float64 {
	return (r.after.processor - r.before.processor) / max(1, r.after.answered-r.before.answered) * 1000
}

// peak is the highest of the samples of memory from one share of the time to another.
func (r results) peak(from, to float64) float64 {
	most := 0.0
	for i, s := range r.seconds {
		if at := float64(i) / float64(len(r.seconds)); at >= from && at < to {
			most = max(most, s.memory)
		}
	}
	return most
}

func (r results) section() page.Section {
	latency := r.latency()
	hits := func(asked int64) string { return fmt.Sprintf("%.1f %%", (1-float64(asked)/r.pods())*100) }
	rows := [][]string{
		{"pods created", fmt.Sprintf("%.0f in %.0f s: **%.0f a second**", r.pods(), r.took.Seconds(), r.pods()/r.took.Seconds())},
		{"of them wrapped", fmt.Sprint(r.wrapped)},
		{"creation, p50 and p99", fmt.Sprintf("%.0f ms, %.0f ms", latency.Median(), latency.Percentile(99))},
		{"webhook's processor time per admission", fmt.Sprintf("**%.2f ms**", r.perAdmission())},
		{"answered without asking what a tag means", hits(r.asked.Tags)},
		{"answered without fetching a manifest", hits(r.asked.Manifests)},
		{"webhook's memory at rest", megabytes(r.before)},
		{"its peak", fmt.Sprintf("%.0f MiB", r.peak(0, 1))},
		{"afterwards", megabytes(r.after)},
	}
	s := page.Section{
		Name: "scale", Title: "Many pods",
		Text: fmt.Sprintf(`![Creations, their latency and the webhook's memory over time](%s)

%.0f pods as fast as the API server takes them from %d clients: %d workloads of %d, an image each that softstop has to look up,
over %d namespaces. One webhook pod; no scheduler takes the pods. Memory is the pod's working set, as kubectl top shows it.

%s
### On paper: 1,000 admissions a second and 5,000 nodes

%s`, Picture, r.pods(), r.Clients, r.Workloads, r.Each, r.Namespaces, page.Table([]string{"", "measured"}, rows), r.paper()),
		Pictures: map[string]string{Picture: r.picture()},
		Goals: []figures.Goal{
			figures.AtMost("webhook's memory at rest", "%.0f MiB", maxAtRest, r.before.working),
			figures.AtMost("webhook's memory afterwards", "%.0f MiB", maxAfter, r.after.working),
			figures.AtMost("peak in the second half over the first", "%.2f ×", maxGrowth, r.peak(0.5, 1)/r.peak(0, 0.5)),
			figures.AtLeast("pods wrapped", "%.0f", r.pods(), float64(r.wrapped)),
		},
	}
	return s
}

func megabytes(s state) string {
	return fmt.Sprintf("**%.0f MiB** (process %.0f MiB resident, Go's heap %.0f MiB)", s.working, s.resident, s.heap)
}

// paper is the plan for a large cluster, from the figures.
func (r results) paper() string {
	const admissions, nodes = 1000, 5000
	cores := admissions * r.perAdmission() / 1000
	return fmt.Sprintf(`- **The API server ends first.** A pod's creation costs it (with etcd) several times the webhook's processor time; here both share
  two processors and reach %.0f a second. At 1,000 a second it has to be spread over several API servers, and etcd's disk has to follow.
- **The webhook's processor** is next: %.2f ms an admission is %.1f cores at %d a second. Replicas share it, because every API server keeps
  its own connections: `+"`replicas: 4`, `resources.requests.cpu: 500m`"+` leaves half of it free.
- **Registries**: softstop asks one host at most 20 times a second (60 at once), so that an admission storm never becomes a registry storm. A
  workload needs two questions, whatever its number of pods. Where more than ten new workloads a second come from one registry, give
  their commands in the pods, name images by digest, or list them under `+"`config.images`"+`; what is not known in time gets hooks only.
- **Memory**: a node is kept as its name, labels and versions, about 2 KiB: %d MiB for %d nodes; a namespace takes about as much; the image
  caches end at 2,048 entries. `+"`resources.limits.memory: 256Mi`"+` stays right. What all nodes have in common is worked out once a second.`,
		r.pods()/r.took.Seconds(), r.perAdmission(), cores, admissions, nodes*2/1024, nodes)
}

// picture has creations, latency and memory, second by second.
func (r results) picture() string {
	rate := plot.Panel{Title: "pods created", Unit: "per s", Ours: true, Verdict: fmt.Sprintf("%.0f in all, %d wrapped", r.pods(), r.wrapped)}
	slow := plot.Panel{Title: "creation, p99", Unit: "ms", Verdict: fmt.Sprintf("median %.0f ms", r.latency().Median())}
	memory := plot.Panel{Title: "webhook's memory", Unit: "MiB", Ours: true, Verdict: fmt.Sprintf("%.0f MiB afterwards", r.after.working)}
	last := r.before.working
	for _, s := range r.seconds {
		rate.Line = append(rate.Line, float64(len(s.latency[""])))
		slow.Line = append(slow.Line, s.latency[""].Percentile(99))
		if s.memory > 0 {
			last = s.memory
		}
		memory.Line = append(memory.Line, last)
	}
	return plot.Panels("Creations, their latency and the webhook's memory over time",
		fmt.Sprintf("%.0f pods, %d images, %d namespaces", r.pods(), r.Workloads, r.Namespaces), 1, []plot.Panel{rate, slow, memory})
}
