package survey

import (
	"cmp"
	"slices"
	"strings"

	"github.com/softstop/softstop/cmd/softstop/finding"
)

// Workload is what was found out about all running pods of one workload.
type Workload struct {
	Namespace string `json:"namespace"`
	Kind      string `json:"kind"`
	Name      string `json:"name"`
	// Pods is how many run, InState how many of them are in State.
	Pods    int `json:"pods"`
	InState int `json:"podsInState"`
	// State is the worst of its pods', and Why belongs to the first in it.
	State State  `json:"state"`
	Why   string `json:"why,omitempty"`
	// Findings are those of any of its pods, once each.
	Findings []finding.Finding `json:"findings"`
}

// Bad reports whether somebody should do something: it was missed, or it will not stop
// well.
func (w *Workload) Bad() bool {
	return w.State == Missed || w.Unwell()
}

// Unwell reports whether it will not stop well.
func (w *Workload) Unwell() bool {
	return slices.ContainsFunc(w.Findings, func(f finding.Finding) bool { return f.Level == finding.Warning })
}

// add counts one more pod.
func (w *Workload) add(j Judgement) {
	w.Pods++
	rank := func(s State) int { return slices.Index(States(), s) }
	switch {
	case w.Pods == 1 || rank(j.State) < rank(w.State):
		w.State, w.Why, w.InState = j.State, j.Why, 1
	case j.State == w.State:
		w.InState++
	}
	for _, f := range j.Findings {
		if !slices.ContainsFunc(w.Findings, func(have finding.Finding) bool {
			return have.ID == f.ID && have.Container == f.Container && (f.ID != finding.BadValue || have.What == f.What)
		}) {
			w.Findings = append(w.Findings, f)
		}
	}
}

// key names a workload.
type key struct{ namespace, kind, name string }

// sorted returns the workloads in the order of their names.
func sorted(all map[key]*Workload) []Workload {
	list := make([]Workload, 0, len(all))
	for _, w := range all {
		list = append(list, *w)
	}
	slices.SortFunc(list, func(a, b Workload) int {
		return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name))
	})
	return list
}
