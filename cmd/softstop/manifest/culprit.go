package manifest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// culprit is a value that is not of its field's type.
type culprit struct {
	path  []string
	value any
	err   error
}

// culprits returns every value in data that keeps it from being read into a T, in the
// order of their paths. A value is tried alone, with nothing but the path to it around.
func culprits[T any](data any) (all []culprit) {
	var look func(value any, path []string, around func(any) any) bool
	look = func(value any, path []string, around func(any) any) bool {
		err := convert(around(value), new(T))
		if err == nil {
			return false
		}
		before := len(all)
		switch value := value.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(value)) {
				look(value[key], below(path, key), func(v any) any { return around(map[string]any{key: v}) })
			}
		case []any:
			for i, element := range value {
				look(element, below(path, strconv.Itoa(i)), func(v any) any { return around([]any{v}) })
			}
		}
		if len(all) == before {
			all = append(all, culprit{path, value, err})
		}
		return true
	}
	look(data, nil, func(v any) any { return v })
	return all
}

// name is the key that people know the value by.
func (c culprit) name() string {
	name := ""
	for i, token := range c.path {
		_, notIndex := strconv.Atoi(token)
		switch {
		case notIndex != nil:
			name = token
		case i == len(c.path)-1:
			name += "[" + token + "]"
		}
	}
	if name == "" {
		return "it"
	}
	return name
}

// String says what the value must be.
func (c culprit) String() string {
	var mismatch *json.UnmarshalTypeError
	if !errors.As(c.err, &mismatch) {
		return fmt.Sprintf("%s: %s: %s", c.name(), shown(c.value), strings.TrimPrefix(c.err.Error(), "json: "))
	}
	var must string
	switch kind := mismatch.Type.Kind(); {
	case kind == reflect.String && isPlain(c.value):
		must = fmt.Sprintf(`a text: "%v", with quotes`, c.value)
	case kind == reflect.String:
		must = "a text"
	case kind == reflect.Bool:
		must = "true or false, without quotes"
	case kind == reflect.Slice || kind == reflect.Array:
		must = "a list"
	case kind == reflect.Map || kind == reflect.Struct:
		must = "keys with values"
	default:
		must = "a whole number, without quotes"
	}
	return fmt.Sprintf("%s: %s must be %s", c.name(), shown(c.value), must)
}

// isPlain reports whether value is a bool or a number, which quotes would make a text.
func isPlain(value any) bool {
	switch value.(type) {
	case bool, json.Number:
		return true
	}
	return false
}

// shown is a value in a few words.
func shown(value any) string {
	switch value := value.(type) {
	case map[string]any:
		return "a map"
	case []any:
		return "a list"
	case nil:
		return "nothing"
	case string:
		if len(value) > 60 {
			value = value[:60] + "…"
		}
		return strconv.Quote(value)
	}
	return fmt.Sprint(value)
}
