package config

import (
	"slices"
	"time"
)

// Limits are what namespaces and pods cannot go beyond.
type Limits struct {
	// MaxDrain bounds every drain.
	MaxDrain time.Duration
	// MaxGrace bounds how far a grace period is raised; one that is longer is kept.
	MaxGrace time.Duration
	// Locked are the fields that only the configuration file sets. With FieldInject a
	// pod cannot opt in or out.
	Locked []Field
}

func (l Limits) locks(f Field) bool { return slices.Contains(l.Locked, f) }

// clamp bounds the policy of a container and returns what it overruled. What the
// cluster's own configuration says above its own limit is bounded silently.
func (l Limits) clamp(p *Policy, container string) []Problem {
	asked := p.Drain
	if asked.Value.Max <= l.MaxDrain {
		return nil
	}
	p.Drain = Setting[Drain]{asked.Value.AtMost(l.MaxDrain), SourceLimit}
	if !asked.Source.Explicit() {
		return nil
	}
	return []Problem{{
		Key: Prefix + string(FieldDrain), Value: asked.Value.String(), Limit: true,
		Verdict: "is above the cluster's limit: container " + container + " drains for " + p.Drain.Value.String(),
	}}
}
