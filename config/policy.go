package config

// Source is where a value comes from.
type Source string

// The sources, from the weakest to the strongest.
const (
	SourceDefault   Source = "default"
	SourceConfig    Source = "config"
	SourceRule      Source = "rule"
	SourceNamespace Source = "namespace"
	SourcePod       Source = "pod"
	SourceLimit     Source = "limit"
)

// Explicit reports whether people said it about this very pod or its namespace, and
// not about the cluster as a whole.
func (s Source) Explicit() bool { return s == SourcePod || s == SourceNamespace }

// Setting is a value and where it comes from.
type Setting[T any] struct {
	Value  T
	Source Source
}

// Builtin returns the policy of a cluster where nobody says anything.
func Builtin() Policy {
	var p Policy
	for _, s := range settings {
		s.start(&p)
	}
	return p
}

// overlay takes over what the place from sets.
func (p *Policy) overlay(from Policy) {
	for _, s := range settings {
		s.take(p, &from)
	}
}
