package silence

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/softstop/softstop/cmd/softstop/finding"
)

// apiVersion is that of the files.
const apiVersion = "softstop.dev/v1alpha1"

// off is the severity of a check that is not made.
const off = "off"

// Rules are the checks of a run, as the file of checks has them and flags change them.
type Rules struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	// Enable are the findings that count; empty means all.
	Enable []string `json:"enable,omitempty"`
	// Disable are findings that do not.
	Disable []string `json:"disable,omitempty"`
	// Severity is how much a finding matters: warning, note or off.
	Severity map[string]string `json:"severity,omitempty"`
	// Ignore are findings that somebody lives with, in some workloads.
	Ignore []Exception `json:"ignore,omitempty"`
}

// Exception says which findings are ignored where. A field that is empty holds for all; the others
// are patterns such as speaker-*.
type Exception struct {
	Findings  []string `json:"findings"`
	Kind      string   `json:"kind,omitempty"`
	Namespace string   `json:"namespace,omitempty"`
	Name      string   `json:"name,omitempty"`
	Container string   `json:"container,omitempty"`
	// Reason is for people.
	Reason string `json:"reason,omitempty"`
}

// Object is the workload that a finding is about.
type Object struct{ Kind, Namespace, Name string }

// ParseRules reads a file of checks. Everything that is wrong with it is in the error.
func ParseRules(data []byte) (Rules, error) {
	var rules Rules
	if err := yaml.UnmarshalStrict(data, &rules); err != nil {
		return Rules{}, errors.New(strings.TrimPrefix(err.Error(), "error unmarshaling JSON: "))
	}
	var errs []error
	if rules.APIVersion != apiVersion || rules.Kind != "Checks" {
		errs = append(errs, fmt.Errorf("must begin with apiVersion: %s and kind: Checks", apiVersion))
	}
	return rules, errors.Join(append(errs, rules.Check())...)
}

// Check returns every name and level that is none.
func (r Rules) Check() error {
	var errs []error
	names := func(where string, list []string) {
		for _, name := range list {
			if err := known(name); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", where, err))
			}
		}
	}
	names("enable", r.Enable)
	names("disable", r.Disable)
	for name, level := range r.Severity {
		names("severity", []string{name})
		if !slices.Contains([]string{string(finding.Warning), string(finding.Note), off}, level) {
			errs = append(errs, fmt.Errorf("severity: %s=%q: must be warning, note or off", name, level))
		}
	}
	for i, e := range r.Ignore {
		where := fmt.Sprintf("ignore[%d]", i)
		names(where, e.Findings)
		if len(e.Findings) == 0 {
			errs = append(errs, fmt.Errorf("%s: findings must name one at least", where))
		}
		for _, pattern := range []string{e.Kind, e.Namespace, e.Name, e.Container} {
			if _, err := path.Match(pattern, ""); err != nil {
				errs = append(errs, fmt.Errorf("%s: %q is no pattern", where, pattern))
			}
		}
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(errs...)
}

// Apply returns f as it counts; false if it does not.
func (r Rules) Apply(f finding.Finding, object Object) (finding.Finding, bool) {
	id := string(f.ID)
	level := r.Severity[id]
	switch {
	case len(r.Enable) > 0 && !slices.Contains(r.Enable, id), slices.Contains(r.Disable, id), level == off:
		return f, false
	case slices.ContainsFunc(r.Ignore, func(e Exception) bool { return e.matches(f, object) }):
		return f, false
	case level != "":
		f.Level = finding.Level(level)
	}
	return f, true
}

func (e Exception) matches(f finding.Finding, object Object) bool {
	if !slices.Contains(e.Findings, string(f.ID)) {
		return false
	}
	for _, pair := range [][2]string{{e.Kind, object.Kind}, {e.Namespace, object.Namespace}, {e.Name, object.Name}, {e.Container, f.Container}} {
		if matched, err := path.Match(pair[0], pair[1]); pair[0] != "" && (err != nil || !matched) {
			return false
		}
	}
	return true
}
