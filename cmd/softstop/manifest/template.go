package manifest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gomodules.xyz/jsonpatch/v2"
	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/cmd/softstop/splice"
)

// Template is a pod of a file: a Pod, or the pod template of a workload.
type Template struct {
	// Kind, Namespace and Name are the object's; Namespace is empty if it does not say.
	Kind, Namespace, Name string
	// Pod is the pod, for reading only.
	Pod *corev1.Pod
	// OwnerKind is the kind of the controller that will own such a pod; empty for a Pod.
	OwnerKind string
	// Path is where in the object the pod is, as a JSON pointer; empty for a Pod.
	Path string
	// Strays are keys of softstop's that mean nothing where they are.
	Strays []Stray

	file     *File
	document *document
	path     []string // in the document
}

// Title names the object for people: Deployment shop/web.
func (t Template) Title() string {
	if t.Namespace != "" {
		return t.Kind + " " + t.Namespace + "/" + t.Name
	}
	return t.Kind + " " + t.Name
}

// Line returns the line, in the file, of the value at path in the pod, or of the deepest
// part of path that exists.
func (t Template) Line(path ...string) int {
	return t.document.above + t.document.Line(append(slices.Clone(t.path), path...)...)
}

// File returns the name of the file.
func (t Template) File() string { return t.file.Name }

// templatePath returns where the kinds of Kubernetes keep their pod template and which
// kind will own the pods; ok is false for kinds without one.
func templatePath(kind string) (path []string, owner string, ok bool) {
	switch kind {
	case "Pod":
		return nil, "", true
	case "Deployment":
		return []string{"spec", "template"}, "ReplicaSet", true
	case "ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController", "Job":
		return []string{"spec", "template"}, kind, true
	case "CronJob":
		return []string{"spec", "jobTemplate", "spec", "template"}, "Job", true
	case "PodTemplate":
		return []string{"template"}, "", true
	}
	return nil, "", false
}

// ofKubernetes reports whether an API version is one of Kubernetes' own workloads, or none.
func ofKubernetes(apiVersion string) bool {
	group, _, grouped := strings.Cut(apiVersion, "/")
	return !grouped || slices.Contains([]string{"apps", "batch", "extensions"}, group)
}

// collectTemplate finds the pod of the object at path, if it has one.
func (f *File) collectTemplate(d *document, path []string, object map[string]any, kind string) error {
	inside, owner, known := templatePath(kind)
	if known = known && ofKubernetes(text(object["apiVersion"])); !known {
		inside, owner = []string{"spec", "template"}, kind
		if kind == "Rollout" {
			owner = "ReplicaSet"
		}
	}
	t := Template{Kind: kind, OwnerKind: owner, Path: pointer(inside), file: f, document: d, path: below(path, inside...)}
	metadata, _ := object["metadata"].(map[string]any)
	t.Namespace = text(metadata["namespace"])
	if t.Name = text(metadata["name"]); t.Name == "" {
		t.Name = text(metadata["generateName"]) + "*"
	}
	template := object
	for _, key := range inside {
		template, _ = template[key].(map[string]any)
	}
	if !known && !hasContainers(template) {
		return nil
	}
	if template == nil {
		return f.problem(d, &splice.Problem{Line: d.Line(path...), Text: t.Title() + " has no pod template at " + strings.Join(inside, ".")})
	}
	if err := d.Duplicate(t.path...); err != nil {
		return f.problem(d, err)
	}
	if p := t.unquoted(template); p != nil {
		return f.problem(d, p)
	}
	t.Pod = &corev1.Pod{}
	if err := convert(template, t.Pod); err != nil {
		return f.problem(d, &splice.Problem{Line: d.Line(t.path...), Text: fmt.Sprintf("read %s: %s", t.Title(), strings.TrimPrefix(err.Error(), "json: "))})
	}
	t.Pod.Namespace = t.Namespace
	t.Strays = straysOf(&t, path, object, template)
	f.Templates = append(f.Templates, t)
	return nil
}

// unquoted returns the most frequent mistake there is in annotations: true without quotes.
func (t *Template) unquoted(template map[string]any) error {
	metadata, _ := template["metadata"].(map[string]any)
	for _, section := range []string{"labels", "annotations"} {
		values, _ := metadata[section].(map[string]any)
		for _, key := range slices.Sorted(maps.Keys(values)) {
			switch value := values[key].(type) {
			case bool, float64:
				line := t.document.Line(below(t.path, "metadata", section, key)...)
				return &splice.Problem{Line: line, Text: fmt.Sprintf(`%s: %s: %v must be a text: "%v", with quotes`, t.Title(), key, value, value)}
			}
		}
	}
	return nil
}

func hasContainers(template map[string]any) bool {
	spec, _ := template["spec"].(map[string]any)
	containers, _ := spec["containers"].([]any)
	return len(containers) > 0
}

// Apply carries operations on the pod out on the file.
func (t Template) Apply(operations []jsonpatch.Operation) error {
	if len(operations) == 0 {
		return nil
	}
	if err := t.document.Apply(t.path, t.complete(operations)...); err != nil {
		return t.file.problem(t.document, fmt.Errorf("%s: %w", t.Title(), err))
	}
	return nil
}

// Patch returns operations on the pod as operations on its object.
func (t Template) Patch(operations []jsonpatch.Operation) []jsonpatch.Operation {
	patch := t.complete(operations)
	for i := range patch {
		patch[i].Path = t.Path + patch[i].Path
	}
	return patch
}

// complete returns operations with one before that makes the pod's metadata, which a
// template may leave out and a pod that reaches the webhook never does; and one behind
// that takes away metadata in which nothing is left.
func (t Template) complete(operations []jsonpatch.Operation) []jsonpatch.Operation {
	patch := slices.Clone(operations)
	added, removed := 0, 0
	for _, o := range operations {
		switch {
		case !strings.HasPrefix(o.Path, "/metadata/"):
		case o.Operation == "add":
			added++
		case o.Operation == "remove" && strings.Count(o.Path, "/") == 2:
			removed++
		}
	}
	if has := t.metadata(); has < 0 && added > 0 {
		patch = slices.Insert(patch, 0, jsonpatch.Operation{Operation: "add", Path: "/metadata", Value: map[string]any{}})
	} else if has == removed && removed > 0 {
		patch = append(patch, jsonpatch.Operation{Operation: "remove", Path: "/metadata"})
	}
	return patch
}

// metadata returns how many keys the pod's metadata has; -1 if it has none.
func (t Template) metadata() int { return t.document.Size(below(t.path, "metadata")...) }

func below(path []string, tokens ...string) []string { return slices.Concat(path, tokens) }

func pointer(tokens []string) string {
	if len(tokens) == 0 {
		return ""
	}
	return "/" + strings.Join(tokens, "/")
}
