package manifest

import (
	"encoding/json"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
)

// Mistyped is a key of a pod that Kubernetes does not have, and that looks like one that it has
// there.
type Mistyped struct {
	// Key is what was written, Meant what there is.
	Key, Meant string
	// Path is where in the pod it is.
	Path []string
}

// mistypedIn returns the mistyped keys of a pod. Keys that look like none are left alone:
// Kubernetes may have got them later.
func mistypedIn(pod map[string]any) (all []Mistyped) {
	var look func(value any, t reflect.Type, path []string)
	look = func(value any, t reflect.Type, path []string) {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		switch value := value.(type) {
		case []any:
			for i := range value {
				if t.Kind() == reflect.Slice {
					look(value[i], t.Elem(), below(path, strconv.Itoa(i)))
				}
			}
		case map[string]any:
			if t.Kind() != reflect.Struct || reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
				return // keys of people's own
			}
			for _, key := range slices.Sorted(maps.Keys(value)) {
				if field := fieldOf(t, key); field != nil {
					look(value[key], field, below(path, key))
				} else if meant := config.Nearest(key, slices.Sorted(namesOf(t))); meant != "" && value[meant] == nil {
					all = append(all, Mistyped{key, meant, below(path, key)})
				}
			}
		}
	}
	look(pod, reflect.TypeFor[corev1.Pod](), nil)
	return all
}

// fields goes through the fields of a struct, those of embedded structs too, with their names in
// JSON. A pod has few keys of the many that there are: no table of them is made.
func fields(t reflect.Type) iter.Seq2[string, reflect.Type] {
	return func(yield func(string, reflect.Type) bool) {
		for i := range t.NumField() {
			field := t.Field(i)
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if !field.Anonymous || name != "" {
				if !yield(name, field.Type) {
					return
				}
				continue
			}
			for inner, of := range fields(field.Type) {
				if !yield(inner, of) {
					return
				}
			}
		}
	}
}

// fieldOf returns the type of a struct's field by its name in JSON; nil if there is none.
func fieldOf(t reflect.Type, key string) reflect.Type {
	for name, of := range fields(t) {
		if name == key {
			return of
		}
	}
	return nil
}

// namesOf goes through the names of a struct's fields in JSON.
func namesOf(t reflect.Type) iter.Seq[string] {
	return func(yield func(string) bool) {
		for name := range fields(t) {
			if !yield(name) {
				return
			}
		}
	}
}
