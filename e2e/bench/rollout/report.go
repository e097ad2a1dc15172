//go:build linux

package rollout

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/softstop/softstop/e2e/bench/figures"
	"github.com/softstop/softstop/e2e/bench/load"
	"github.com/softstop/softstop/e2e/bench/page"
	"github.com/softstop/softstop/e2e/bench/plot"
)

// Picture is the file with the requests and failures over time.
const Picture = "rollout.svg"

// results are the tallies and the restarts by cell name.
type results struct {
	Options
	tallies map[string]*load.Tally

	mu       sync.Mutex
	restarts map[string]int
}

func (r *results) section() page.Section {
	s := page.Section{
		Name: "rollout", Title: "Rolling updates under load",
		Text: fmt.Sprintf(`![Requests per second and failures during rolling updates](%s)

Three replicas behind a Service and the real kube-proxy, restarted %s times in a row (`+"`kubectl rollout restart`"+`), asked all the
while from inside the node's network: %d requests a second on connections of their own and %d on %d kept ones, for every row and
column. A request fails when its caller sees it fail: refused, reset, cut short, a 5xx, or none within 10 s.

| failed requests, of asked | %s |
|---|%s
%s
%s`, Picture, r.times(), r.Rate, r.Rate, kept, strings.Join(titles(), " | "), strings.Repeat("---:|", len(titles())), r.table(), r.notes()),
		Pictures: map[string]string{Picture: r.picture()},
	}
	for _, server := range servers() {
		failed := float64(r.tally(server.name, softstop).Failed())
		s.Goals = append(s.Goals, figures.AtMost("failed requests with softstop, "+server.title, "%.0f", 0, failed))
	}
	return s
}

func (r *results) tally(server, configuration string) *load.Tally {
	return r.tallies[server+"/"+configuration]
}

// times says how often each deployment was restarted.
func (r *results) times() string {
	restarts := slices.Sorted(maps.Values(r.restarts))
	least, most := restarts[0], restarts[len(restarts)-1]
	if least == most {
		return strconv.Itoa(least)
	}
	return fmt.Sprintf("%d to %d", least, most)
}

func titles() []string {
	var titles []string
	for _, c := range configurations() {
		titles = append(titles, c.title)
	}
	return titles
}

// table has a line for each server.
func (r *results) table() string {
	var out strings.Builder
	for _, s := range servers() {
		out.WriteString("| " + s.title)
		for _, c := range configurations() {
			t := r.tally(s.name, c.name)
			words := fmt.Sprintf("%d of %d%s", t.Failed(), t.Asked(), kinds(t))
			if c.name == softstop {
				words = "**" + words + "**"
			}
			out.WriteString(" | " + words)
		}
		out.WriteString(" |\n")
	}
	return out.String()
}

// kinds says how a tally's requests failed.
func kinds(t *load.Tally) string {
	var words []string
	for _, kind := range load.Failures() {
		if n := t.Total(kind); n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, kind))
		}
	}
	if len(words) == 0 {
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}

// notes say what the table does not.
func (r *results) notes() string {
	var again []string
	for _, c := range configurations() {
		n := 0
		for _, s := range servers() {
			n += r.tally(s.name, c.name).Again
		}
		again = append(again, fmt.Sprintf("%d %s", n, c.title))
	}
	return `"Init only" is softstop with a drain of 0 s. The Go server closes its listener at SIGTERM and ends the requests in flight; nginx's
image names SIGQUIT as its stop signal, which means the same to it. A shell as PID 1 never tells its server, so that nothing fails
until the kubelet kills both half a minute later.

Kept connections that a leaving server had closed, so that the HTTP library asked again without a word (RFC 9112, section 9.3.1):
` + strings.Join(again, ", ") + "."
}

// picture has the requests per second without and with softstop, all servers together, and what
// failed.
func (r *results) picture() string {
	var panels []plot.Panel
	for _, c := range configurations() {
		if c.name != without && c.name != softstop {
			continue
		}
		p := plot.Panel{Title: c.title, Unit: "req/s", Ours: c.name == softstop, Failed: []float64{}}
		failed := 0
		for _, s := range servers() {
			t := r.tally(s.name, c.name)
			failed += t.Failed()
			for i, second := range t.Seconds {
				if i == len(p.Line) {
					p.Line, p.Failed = append(p.Line, 0), append(p.Failed, 0)
				}
				p.Line[i] += float64(second[load.OK])
				for _, kind := range load.Failures() {
					p.Failed[i] += float64(second[kind])
				}
			}
		}
		p.Verdict, p.Bad = fmt.Sprintf("%d failed", failed), failed > 0
		panels = append(panels, p)
	}
	return plot.Panels("Requests per second and failures during rolling updates, without and with softstop",
		fmt.Sprintf("%s rolling restarts of %d deployments under load", r.times(), len(servers())), 1, panels)
}
