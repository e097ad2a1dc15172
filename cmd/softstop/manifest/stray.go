package manifest

import (
	"maps"
	"slices"
	"strings"

	"github.com/softstop/softstop/config"
)

// Stray is a key of softstop's in a place where neither the webhook nor this program
// looks for it.
type Stray struct {
	// Key is the key: softstop.dev/drain.
	Key string
	// Where says what it is: a label of the pod, an annotation of the Deployment.
	Where string
	// Line is where it is in the file.
	Line int
}

// straysOf finds the strays of a template: all keys of softstop's on a workload itself, of
// which its pods hear nothing, and labels of the pod that softstop has not put there.
func straysOf(t *Template, path []string, object, template map[string]any) (all []Stray) {
	look := func(at []string, holder map[string]any, kind, section, what string) {
		metadata, _ := holder["metadata"].(map[string]any)
		keys, _ := metadata[section].(map[string]any)
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			if strings.HasPrefix(key, config.Prefix) && key != config.InjectedKey && key != config.IgnoreKey {
				line := t.document.above + t.document.Line(below(at, "metadata", section, key)...)
				all = append(all, Stray{Key: key, Where: what + " of the " + kind, Line: line})
			}
		}
	}
	if len(t.path) > len(path) {
		look(path, object, t.Kind, "labels", "a label")
		look(path, object, t.Kind, "annotations", "an annotation")
	}
	look(t.path, template, "pod", "labels", "a label")
	return all
}
