package config

import (
	"slices"
	"strings"
)

// Settings are what one place says about a pod: values for all its containers and
// values for single ones.
type Settings struct {
	// Source is the place.
	Source Source
	// All holds for every container.
	All Values
	// Each holds for the container it is named after and beats All.
	Each map[string]Values
}

// FromAnnotations reads the softstop.dev annotations of a pod or a namespace. Keys of
// softstop's own (inject, status) are not fields and are passed over; every other
// unknown key is a problem. Problems are in the order of their keys.
func FromAnnotations(source Source, annotations map[string]string) (Settings, []Problem) {
	settings := Settings{Source: source}
	var problems []Problem
	keys := make([]string, 0, len(annotations))
	for key := range annotations {
		if strings.HasPrefix(key, Prefix) && key != InjectKey && key != StatusKey {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		name, container, single := strings.Cut(strings.TrimPrefix(key, Prefix), ".")
		field := Field(name)
		if !field.known() || single && (!field.PerContainer() || container == "") {
			problems = append(problems, Problem{Key: key, Value: annotations[key], Verdict: "is ignored: softstop has no such field"})
			continue
		}
		if allowed := settings.set(field, container, annotations[key]); allowed != "" {
			problems = append(problems, ignored(key, annotations[key], allowed))
		}
	}
	return settings, problems
}

// set stores a value for one container, or for all if container is empty.
func (s *Settings) set(field Field, container, text string) (allowed string) {
	if container == "" {
		return s.All.set(field, text)
	}
	values := s.Each[container]
	if allowed = values.set(field, text); allowed != "" {
		return allowed
	}
	if s.Each == nil {
		s.Each = map[string]Values{}
	}
	s.Each[container] = values
	return ""
}

// Consent is whether a pod is to be injected.
type Consent struct {
	// In is whether the pod is to be injected.
	In bool
	// By is who said so.
	By Source
}

// ConsentOf ranks the pod's annotation above the namespace's label above the mode. A value
// that means nothing counts as absent and is returned as a problem.
func ConsentOf(mode Mode, namespaceLabels, podAnnotations map[string]string) (Consent, []Problem) {
	var problems []Problem
	if value, set := podAnnotations[InjectKey]; set {
		if value == "true" || value == "false" {
			return Consent{In: value == "true", By: SourcePod}, nil
		}
		problems = append(problems, ignored(InjectKey, value, allowBool))
	}
	if value, set := namespaceLabels[InjectKey]; set {
		if value == InjectEnabled || value == InjectDisabled {
			return Consent{In: value == InjectEnabled, By: SourceNamespace}, problems
		}
		problems = append(problems, ignored("namespace label "+InjectKey, value, "enabled or disabled"))
	}
	return Consent{In: mode == OptOut, By: SourceConfig}, problems
}
