package config

import (
	"time"

	"github.com/softstop/softstop/initbin"
)

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

// Policy are the resolved values for one container.
type Policy struct {
	Drain             Setting[time.Duration]
	StopTimeout       Setting[time.Duration]
	StopSignal        Setting[initbin.Signal]
	SignalTarget      Setting[initbin.Target]
	OKExitCodes       Setting[initbin.ExitCodes]
	Containers        Setting[[]string]
	ExcludeContainers Setting[[]string]
	Sidecars          Setting[bool]
	Carrier           Setting[Carrier]
	Command           Setting[[]string]
}

// Builtin returns the policy of a cluster where nobody says anything. With its drain,
// its stop timeout and the stop plan's margin it fills Kubernetes' default grace
// period of 30 s, so that pods with the default need no change.
func Builtin() Policy {
	return Policy{
		Drain:        Setting[time.Duration]{5 * time.Second, SourceDefault},
		StopTimeout:  Setting[time.Duration]{initbin.DefaultStopTimeout, SourceDefault},
		StopSignal:   Setting[initbin.Signal]{0, SourceDefault},
		SignalTarget: Setting[initbin.Target]{initbin.TargetAuto, SourceDefault},
		OKExitCodes:  Setting[initbin.ExitCodes]{initbin.ExitCodes{}, SourceDefault},
		Sidecars:     Setting[bool]{true, SourceDefault},
		Carrier:      Setting[Carrier]{CarrierEmptyDir, SourceDefault},
	}
}

// overlay takes over what v sets.
func (p *Policy) overlay(v Values, source Source) {
	overlay(&p.Drain, v.Drain, source)
	overlay(&p.StopTimeout, v.StopTimeout, source)
	overlay(&p.StopSignal, v.StopSignal, source)
	overlay(&p.SignalTarget, v.SignalTarget, source)
	overlay(&p.OKExitCodes, v.OKExitCodes, source)
	overlay(&p.Sidecars, v.Sidecars, source)
	overlay(&p.Carrier, v.Carrier, source)
	overlayList(&p.Containers, v.Containers, source)
	overlayList(&p.ExcludeContainers, v.ExcludeContainers, source)
	overlayList(&p.Command, v.Command, source)
}

func overlay[T any](to *Setting[T], value *T, source Source) {
	if value != nil {
		*to = Setting[T]{*value, source}
	}
}

func overlayList(to *Setting[[]string], value []string, source Source) {
	if value != nil {
		*to = Setting[[]string]{value, source}
	}
}
