package silence

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/softstop/softstop/cmd/softstop/finding"
)

// Known is one finding of an earlier run.
type Known struct {
	File      string     `json:"file"`
	Object    string     `json:"object"`
	Container string     `json:"container,omitempty"`
	Finding   finding.ID `json:"finding"`
}

// baseline is the file.
type baseline struct {
	APIVersion string  `json:"apiVersion"`
	Kind       string  `json:"kind"`
	Findings   []Known `json:"findings"`
}

// Baseline are the findings of an earlier run, and which of them were found again. It is changed by
// Has.
type Baseline struct {
	known map[Known]bool
}

// ParseBaseline reads what WriteBaseline made.
func ParseBaseline(data []byte) (*Baseline, error) {
	var file baseline
	if err := yaml.UnmarshalStrict(data, &file); err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "error unmarshaling JSON: "))
	}
	if file.APIVersion != apiVersion || file.Kind != "Baseline" {
		return nil, fmt.Errorf("must begin with apiVersion: %s and kind: Baseline; softstop check --write-baseline makes one", apiVersion)
	}
	b := &Baseline{known: map[Known]bool{}}
	for _, k := range file.Findings {
		b.known[k] = false
	}
	return b, nil
}

// Has reports whether a finding was there before, and remembers that it still is.
func (b *Baseline) Has(k Known) bool {
	if b == nil {
		return false
	}
	_, there := b.known[k]
	if there {
		b.known[k] = true
	}
	return there
}

// Gone returns how many of the findings are not there any more.
func (b *Baseline) Gone() (n int) {
	if b == nil {
		return 0
	}
	for _, again := range b.known {
		if !again {
			n++
		}
	}
	return n
}

// WriteBaseline returns the file for findings; each is there once, in an order of their own.
func WriteBaseline(findings []Known) ([]byte, error) {
	slices.SortFunc(findings, func(a, b Known) int {
		return slices.Compare([]string{a.File, a.Object, a.Container, string(a.Finding)}, []string{b.File, b.Object, b.Container, string(b.Finding)})
	})
	findings = slices.Compact(findings)
	if findings == nil {
		findings = []Known{}
	}
	text, err := yaml.Marshal(baseline{APIVersion: apiVersion, Kind: "Baseline", Findings: findings})
	if err != nil {
		return nil, fmt.Errorf("encode baseline: %w", err)
	}
	return append([]byte("# Findings of softstop check that were there when this was written: softstop check --baseline says only what is new.\n"), text...), nil
}
