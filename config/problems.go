package config

import (
	"fmt"
	"strconv"
	"strings"
)

// Problem is one value that does not hold as it was written.
type Problem struct {
	// Key is the annotation's key.
	Key string
	// Value is what it was set to.
	Value string
	// Verdict completes the sentence "KEY: VALUE …".
	Verdict string
	// Limit means that the value is a good one which the cluster's limits overrule.
	Limit bool
	// More, if not 0, says how many further problems of this kind there are; then Key is that of the
	// last, and the rest is empty.
	More int
}

const (
	// maxProblems is how many problems of each kind, values that mean nothing and values that are
	// overruled, are described. Whoever writes annotations decides how many there are.
	maxProblems = 10
	// maxValue is how much of a value is shown, in bytes.
	maxValue = 60
)

// AddProblem adds what describe returns to list, or only counts it where there are enough of
// its kind. So list is bounded whatever people write.
func AddProblem(list []Problem, limit bool, key string, describe func() Problem) []Problem {
	described := 0
	for _, p := range list {
		if p.Limit == limit && p.More == 0 {
			described++
		}
	}
	if described < maxProblems {
		return append(list, describe())
	}
	for i := range list {
		if list[i].Limit == limit && list[i].More > 0 {
			list[i].More++
			list[i].Key = key
			return list
		}
	}
	return append(list, Problem{Key: key, Limit: limit, More: 1})
}

// ignored is the problem of a value that means nothing.
func ignored(key, value, allowed string) Problem {
	return Problem{Key: key, Value: value, Verdict: "is ignored: it must be " + allowed}
}

// locked is the problem of a value that only the configuration may set.
func locked(key, value string) Problem {
	return Problem{Key: key, Value: value, Limit: true, Verdict: "is ignored: the cluster's configuration locks this"}
}

// String is one sentence for a person, short enough for an admission warning.
func (p Problem) String() string {
	if p.More > 0 {
		return fmt.Sprintf("and %d more, the last of them %s", p.More, p.Key)
	}
	value := p.Value
	if len(value) > maxValue {
		value = strings.ToValidUTF8(value[:maxValue], "")
	}
	value = strconv.Quote(value)
	if len(value) > maxValue {
		value = strings.ToValidUTF8(value[:maxValue], "") + `…"`
	} else if len(p.Value) > maxValue {
		value = strings.TrimSuffix(value, `"`) + `…"`
	}
	return fmt.Sprintf("%s: %s %s", p.Key, value, p.Verdict)
}
