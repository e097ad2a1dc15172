//go:build linux

package podprice

import (
	"fmt"

	"github.com/softstop/softstop/e2e/bench/figures"
	"github.com/softstop/softstop/e2e/bench/page"
)

// results are what was measured.
type results struct {
	Options
	// starts are in seconds.
	starts figures.Row
	memory memory
	// plugin is what the nodes' plugin takes, in KiB.
	plugin float64
	sizes  []size
}

func (r results) section() page.Section {
	var rows [][]string
	for _, k := range kinds() {
		rows = append(rows, []string{
			k.title,
			fmt.Sprintf("%.2f", r.starts[k.name].Median()), fmt.Sprintf("%.2f", r.starts[k.name].Worst()),
			extra(r.starts, k, "%+.2f"),
			extra(r.memory.all, k, "%+.0f"), extra(r.memory.anonymous, k, "%+.0f"), extra(r.memory.cache, k, "%+.0f"),
		})
	}
	var images [][]string
	for _, s := range r.sizes {
		images = append(images, []string{s.name, fmt.Sprintf("%.1f", s.plain), fmt.Sprintf("%.1f", s.compressed)})
	}
	return page.Section{
		Name: "podprice", Title: "What a pod costs",
		Text: fmt.Sprintf(`The same pod with one container, in turn: %d starts of each kind from the request to create it until it is Running, in seconds, and
what %d of each are charged side by side, as medians over a pod without softstop.

%s
The emptyDir carrier is one more container to start and end before the application's, and a copy of the init in each pod's page
cache; the kubelet looks at its containers once a second, which is most of the difference. An image volume needs neither, and one
copy of the init in the page cache serves the whole node. With the node carrier the pod has nothing to start or to mount but the
init's one file: what is left is the question to the nodes' plugin, which is asked about every container, and takes %.0f MiB once for each node.

%s`, len(r.starts[bare]), r.Copies,
			page.Table([]string{"", "start, median s", "worst s", "more s", "memory, more KiB", "of it anonymous", "of it page cache"}, rows), r.plugin/1024,
			page.Table([]string{"image", "MiB", "compressed"}, images)),
		Goals: []figures.Goal{
			figures.AtMost("node carrier, start over no softstop", "%.2f s", maxStart, more(r.starts, onNode)),
			figures.AtMost("node carrier, memory over no softstop", "%.0f KiB", maxMemory, more(r.memory.all, onNode)),
		},
	}
}

// The goals of the node carrier: what a pod may take longer to start, in seconds, and more of memory, in KiB.
const (
	maxStart  = 0.05
	maxMemory = 0.2 * 1024
)

// extra is what a kind has more than the bare pod.
func extra(of figures.Row, k kind, format string) string {
	if k.name == bare {
		return "–"
	}
	return fmt.Sprintf(format, more(of, k.name))
}

// more is what a kind has more than the bare pod, in numbers.
func more(of figures.Row, kind string) float64 { return of[kind].Median() - of[bare].Median() }
