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
	// Locked are the fields that only the configuration file sets.
	Locked []Field
}

// Unlock returns s without the fields that are locked, and a problem for each value
// that was dropped. It is for the settings of namespaces and pods.
func (l Limits) Unlock(s Settings) (Settings, []Problem) {
	var problems []Problem
	if len(l.Locked) == 0 {
		return s, nil
	}
	drop := func(v Values, suffix string) Values {
		for _, field := range l.Locked {
			if v.clear(field) {
				problems = append(problems, Problem{
					Key: Prefix + string(field) + suffix, Value: string(s.Source), Limit: true,
					Verdict: "cannot set this: the cluster's configuration locks it",
				})
			}
		}
		return v
	}
	open := Settings{Source: s.Source, All: drop(s.All, ""), Each: map[string]Values{}}
	names := make([]string, 0, len(s.Each))
	for name := range s.Each {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		open.Each[name] = drop(s.Each[name], "."+name)
	}
	return open, problems
}

// clear removes one field and reports whether it was set.
func (v *Values) clear(f Field) (was bool) {
	switch f {
	case FieldDrain:
		was, v.Drain = v.Drain != nil, nil
	case FieldStopTimeout:
		was, v.StopTimeout = v.StopTimeout != nil, nil
	case FieldStopSignal:
		was, v.StopSignal = v.StopSignal != nil, nil
	case FieldSignalTarget:
		was, v.SignalTarget = v.SignalTarget != nil, nil
	case FieldOKExitCodes:
		was, v.OKExitCodes = v.OKExitCodes != nil, nil
	case FieldContainers:
		was, v.Containers = v.Containers != nil, nil
	case FieldExcludeContainers:
		was, v.ExcludeContainers = v.ExcludeContainers != nil, nil
	case FieldSidecars:
		was, v.Sidecars = v.Sidecars != nil, nil
	case FieldCarrier:
		was, v.Carrier = v.Carrier != nil, nil
	case FieldCommand:
		was, v.Command = v.Command != nil, nil
	}
	return was
}

// Clamp bounds the policy of a container and returns what it overruled. What the
// cluster's own configuration says above its own limit is bounded silently.
func (l Limits) Clamp(p *Policy, container string) []Problem {
	asked := p.Drain
	if asked.Value <= l.MaxDrain {
		return nil
	}
	p.Drain = Setting[time.Duration]{l.MaxDrain, SourceLimit}
	if !asked.Source.Explicit() {
		return nil
	}
	return []Problem{{
		Key: Prefix + string(FieldDrain), Value: asked.Value.String(), Limit: true,
		Verdict: "is above the cluster's limit: container " + container + " drains for " + l.MaxDrain.String(),
	}}
}
