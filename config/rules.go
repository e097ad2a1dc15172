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
	Set Policy
}

// matches reports whether the rule is for the containers of pod that run image.
func (r Rule) matches(pod Subject, image string) bool {
	return anyGlob(r.Namespaces, pod.Namespace) && anyGlob(r.Images, image) &&
		(len(r.OwnerKinds) == 0 || slices.Contains(r.OwnerKinds, pod.OwnerKind)) &&
		r.Labels.Matches(labels.Set(pod.Labels))
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
