package config

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/labels"
)

// Rule sets values for the containers it matches. Empty lists match everything.
type Rule struct {
	// Name is for people.
	Name string
	// Namespaces and Images are patterns in which * stands for any text.
	Namespaces []string
	Images     []string
	// Labels selects pods.
	Labels labels.Selector
	// OwnerKinds are kinds such as Job or StatefulSet; ReplicaSet means a Deployment.
	OwnerKinds []string
	// Set are the rule's values.
	Set Values
}

// Subject is what rules match on.
type Subject struct {
	Namespace string
	Labels    map[string]string
	OwnerKind string
	Image     string
}

func (r Rule) matches(s Subject) bool {
	return anyGlob(r.Namespaces, s.Namespace) && anyGlob(r.Images, s.Image) &&
		(len(r.OwnerKinds) == 0 || slices.Contains(r.OwnerKinds, s.OwnerKind)) &&
		r.Labels.Matches(labels.Set(s.Labels))
}

// SettingsFor returns what the file says about s: the defaults, then the first rule
// that matches.
func (c Config) SettingsFor(s Subject) []Settings {
	places := []Settings{c.Defaults}
	for _, rule := range c.Rules {
		if rule.matches(s) {
			return append(places, Settings{Source: SourceRule, All: rule.Set})
		}
	}
	return places
}

func anyGlob(patterns []string, s string) bool {
	return len(patterns) == 0 || slices.ContainsFunc(patterns, func(p string) bool { return glob(p, s) })
}

// glob reports whether pattern, in which * stands for any text, matches all of s.
// path.Match will not do: its * stops at the slashes of image names.
func glob(pattern, s string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == s
	}
	rest, found := strings.CutPrefix(s, parts[0])
	if !found {
		return false
	}
	last := len(parts) - 1
	for _, part := range parts[1:last] {
		at := strings.Index(rest, part)
		if at < 0 {
			return false
		}
		rest = rest[at+len(part):]
	}
	return strings.HasSuffix(rest, parts[last])
}
