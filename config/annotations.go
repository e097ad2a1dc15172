package config

import (
	"maps"
	"slices"
	"strings"
)

// Settings are what one place says about a pod: values for all its containers and
// values for single ones.
type Settings struct {
	// Source is the place.
	Source Source
	// All holds for every container.
	All Policy
	// Each holds for the container it is named after and beats All.
	Each map[string]Policy
}

// FromAnnotations reads the softstop.dev annotations of a pod or a namespace, without
// the fields that are locked. Keys of softstop's own (inject, status, ignore) are not fields and
// are passed over; every other unknown key is a problem. Problems are in the order of
// their keys.
func FromAnnotations(source Source, annotations map[string]string, limits Limits) (Settings, []Problem) {
	settings := Settings{Source: source}
	var problems []Problem
	for _, key := range slices.Sorted(maps.Keys(annotations)) {
		text, ours := strings.CutPrefix(key, Prefix)
		value := annotations[key]
		if meant := foreign(key); meant != "" {
			problems = AddProblem(problems, false, key, func() Problem {
				return Problem{Key: key, Value: value, Verdict: "is ignored: did you mean " + meant + "?"}
			})
		}
		if !ours || key == InjectKey || key == StatusKey || key == IgnoreKey {
			continue
		}
		name, container, single := strings.Cut(text, ".")
		field := Field(name)
		row := field.find()
		_, known := settings.Each[container]
		add := func(limit bool, describe func() Problem) {
			problems = AddProblem(problems, limit, key, describe)
		}
		ignore := func(verdict string) {
			add(false, func() Problem { return Problem{Key: key, Value: value, Verdict: "is ignored: " + verdict} })
		}
		switch {
		case row == nil:
			add(false, func() Problem {
				return Problem{Key: key, Value: value, Verdict: "is ignored: " + noSuchField(name, "it has", lockable()[1:], keys()...)}
			})
		case single && !row.about().perContainer:
			ignore("it holds for the whole pod, as " + Prefix + string(field))
		case single && container == "":
			ignore("behind the dot it must name a container")
		case limits.locks(field):
			add(true, func() Problem { return locked(key, value) })
		case single && !known && len(settings.Each) >= maxNames:
			ignore("these are values for more containers than a pod can have")
		case !settings.set(row, container, value):
			add(false, func() Problem { return ignored(key, value, row.about().allowed) })
		}
	}
	return settings, problems
}

// keys are those of softstop's that are no fields, and that people write.
func keys() []string {
	return []string{strings.TrimPrefix(InjectKey, Prefix), strings.TrimPrefix(IgnoreKey, Prefix)}
}

// Meant returns the key of softstop's that somebody meant who wrote key: with a mistyped name or
// another domain. It is "" for keys that there are, and for those of others.
func Meant(key string) string {
	name, ours := strings.CutPrefix(key, Prefix)
	if !ours {
		return foreign(key)
	}
	name, container, _ := strings.Cut(name, ".")
	if Field(name).find() != nil || slices.Contains(keys(), name) || key == StatusKey || key == InjectedKey {
		return ""
	}
	meant := Nearest(name, slices.Concat(lockable()[1:], keys()))
	switch {
	case meant == "":
		return ""
	case container != "":
		return Prefix + meant + "." + container
	}
	return Prefix + meant
}

// foreign returns which key of softstop's was meant by one of another domain, such as
// softstop.io/drain; "" if none was.
func foreign(key string) string {
	domain, name, isKey := strings.Cut(key, "/")
	own := strings.TrimSuffix(Prefix, "/")
	field, _, _ := strings.Cut(name, ".")
	if !isKey || domain == own || Field(field).find() == nil && !slices.Contains(keys(), field) {
		return "" // as good as every key of others: every review asks about each
	}
	if !strings.Contains(domain, "softstop") && Nearest(domain, []string{own}) == "" {
		return ""
	}
	return Prefix + name
}

// noSuchField says that there is no field called name; has says where there are names, and others
// are what else may have been meant.
func noSuchField(name, has string, names []string, others ...string) string {
	if meant := Nearest(name, slices.Concat(names, others)); meant != "" {
		return "softstop has no such field; did you mean " + meant + "?"
	}
	return "softstop has no such field; " + has + " " + strings.Join(names, ", ")
}

// set stores a value for one container, or for all if container is empty, and reports
// whether it is allowed.
func (s *Settings) set(row setting, container, text string) (ok bool) {
	if container == "" {
		return row.set(&s.All, s.Source, text)
	}
	values := s.Each[container]
	if !row.set(&values, s.Source, text) {
		return false
	}
	if s.Each == nil {
		s.Each = map[string]Policy{}
	}
	s.Each[container] = values
	return true
}

// Drains reports whether the place asks for a drain of container.
func (s Settings) Drains(container string) bool {
	return s.All.Drain.Source != "" || s.DrainsByName(container)
}

// DrainsByName reports whether s sets a drain for this container alone.
func (s Settings) DrainsByName(container string) bool { return s.Each[container].Drain.Source != "" }
