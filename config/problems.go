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
	// maxValue is how much of a value is shown, in bytes, and minValue how much of it is shown
	// however long the rest of the sentence is.
	maxValue, minValue = 60, 8
	// maxSentence is how long a sentence is at most, in bytes: the API server cuts longer warnings.
	maxSentence = 256
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
	// Beside ": ", " " and what shows that the value was cut.
	room := maxSentence - len(p.Verdict) - len(`: " …"`)
	key := cut(p.Key, max(room-minValue, minValue))
	return fmt.Sprintf("%s: %s %s", key, quoted(p.Value, min(maxValue, room-len(key))), p.Verdict)
}

// quoted is value in quotes, with the first limit bytes of what that makes at most.
func quoted(value string, limit int) string {
	limit = max(limit, minValue)
	short := cut(value, limit)
	text := strconv.Quote(short)
	if len(text) > limit {
		return cut(text, limit) + `…"`
	}
	if short != value {
		text = strings.TrimSuffix(text, `"`) + `…"`
	}
	return text
}

// cut is text with limit bytes at most.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "")
}
