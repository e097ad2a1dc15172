package manifest

import (
	"cmp"
	"fmt"
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
	// Meant is the key that was meant, if there is no such key: softstop.dev/drain for
	// softstop.dev/drian.
	Meant string
	// Line is where it is in the file.
	Line int
}

// strays finds the keys of softstop's in a section of an object's metadata, but those that belong
// there. What names the section and the object.
func (d *document) strays(path []string, object map[string]any, section, what string, belong ...string) (all []Stray) {
	metadata, _ := object["metadata"].(map[string]any)
	keys, _ := metadata[section].(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		meant := config.Meant(key)
		if (meant != "" || strings.HasPrefix(key, config.Prefix)) && !slices.Contains(belong, key) {
			all = append(all, Stray{Key: key, Where: what, Meant: meant, Line: d.above + d.Line(below(path, "metadata", section, key)...)})
		}
	}
	return all
}

// straysOf finds the strays of a template: all keys of softstop's on a workload itself, of
// which its pods hear nothing, and labels of the pod that softstop has not put there.
func straysOf(t *Template, path []string, object, template map[string]any) (all []Stray) {
	d := t.document
	if len(t.path) > len(path) {
		all = append(all, d.strays(path, object, "labels", "a label of the "+t.Kind, config.InjectedKey, config.IgnoreKey)...)
		all = append(all, d.strays(path, object, "annotations", "an annotation of the "+t.Kind, config.InjectedKey, config.IgnoreKey)...)
	}
	return append(all, d.strays(t.path, template, "labels", "a label of the pod", config.InjectedKey, config.IgnoreKey)...)
}

// straysOn reports the keys of softstop's on a Namespace that nobody reads there: every label but
// that which opts in, and this one as an annotation. What its other annotations say is checked with
// its pods.
func (f *File) straysOn(d *document, path []string, namespace map[string]any) {
	all := d.strays(path, namespace, "labels", "a label", config.InjectKey)
	for _, stray := range d.strays(path, namespace, "annotations", "an annotation") {
		if stray.Key == config.InjectKey || stray.Meant == config.InjectKey {
			all = append(all, stray)
		}
	}
	for _, stray := range all {
		right := fmt.Sprintf("the label %s: %s opts the namespace in", config.InjectKey, config.InjectEnabled)
		if key := cmp.Or(stray.Meant, stray.Key); key != config.InjectKey {
			right = "as the annotation " + key + " it holds for its pods"
		}
		f.report(d, Unheard, stray.Line-d.above, fmt.Sprintf("Namespace %s: %s is %s, where nobody reads it; %s", nameOf(namespace), stray.Key, stray.Where, right))
	}
}
