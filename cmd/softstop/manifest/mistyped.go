package manifest

import (
	"encoding/json"
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
			fields := fieldsOf(t)
			for _, key := range slices.Sorted(maps.Keys(value)) {
				if field, known := fields[key]; known {
					look(value[key], field, below(path, key))
				} else if meant := config.Nearest(key, slices.Sorted(maps.Keys(fields))); meant != "" && value[meant] == nil {
					all = append(all, Mistyped{key, meant, below(path, key)})
				}
			}
		}
	}
	look(pod, reflect.TypeFor[corev1.Pod](), nil)
	return all
}

// fieldsOf returns the types of a struct's fields by their names in JSON.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for i := range t.NumField() {
		field := t.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous && name == "" {
			maps.Copy(fields, fieldsOf(field.Type))
			continue
		}
		fields[name] = field.Type
	}
	return fields
}
