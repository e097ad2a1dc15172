package manifest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gomodules.xyz/jsonpatch/v2"
	corev1 "k8s.io/api/core/v1"
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
	// Partial means that none of its containers says what it runs: it is a patch to another object,
	// or the image comes from elsewhere.
	Partial bool
	// Refused says why nothing can be put into the pod in the file, and what helps; empty if it
	// can.
	Refused string
	// Mistyped are keys of the pod that the API server refuses, or drops.
	Mistyped []Mistyped
	// Strays are keys of softstop's that mean nothing where they are.
	Strays []Stray

	file     *File
	document *document
	path     []string // in the document
	line     int      // in the file
	metadata int      // how many keys the pod's metadata has; -1 if it has none
}

// Title names the object for people: Deployment shop/web.
func (t Template) Title() string {
	return title(t.Kind, t.Namespace, t.Name)
}

// Line returns the line, in the file, of the value at path in the pod, or of the deepest
// part of path that exists.
func (t Template) Line(path ...string) int {
	if len(path) == 0 {
		return t.line
	}
	return t.document.above + t.document.Line(append(slices.Clone(t.path), path...)...)
}

// File returns the name of the file.
func (t Template) File() string { return t.file.Name }

// Forget gives back the memory that Line needs, unless next is in the same document.
func (t Template) Forget(next *Template) {
	if next == nil || next.document != t.document {
		t.document.Forget()
	}
}

// collectTemplate reads the pod at inside in an object. known means that the kind must have one
// there.
func (f *File) collectTemplate(o *holder, inside []string, owner string, known bool) {
	d := o.document
	t := Template{
		Kind: o.kind, Namespace: namespaceOf(o.object), Name: nameOf(o.object), OwnerKind: owner,
		Path: pointer(inside), file: f, document: d, path: below(o.path, inside...),
	}
	template, isMap := find(o.object, inside).(map[string]any)
	if !isMap {
		f.objects--
		f.report(d, Partial, d.Line(o.path...), fmt.Sprintf("%s has no pod template at %s: the API server takes it as a patch only", t.Title(), strings.Join(inside, ".")))
		return
	}
	if err := d.Duplicate(t.path...); err != nil {
		f.objects--
		line, message := placeOf(err)
		f.report(d, Invalid, line, message)
		return
	}
	var wrong []culprit
	if t.Pod, wrong = podOf(template); t.Pod == nil {
		f.objects--
		f.invalid(d, t.path, t.Title(), wrong)
		return
	}
	if len(wrong) > 0 {
		t.Refused = fmt.Sprintf("%s is a placeholder: %s; fill it in first (oc process, envsubst, helm template, …), and pipe what comes out", wrong[0].name(), shown(wrong[0].value))
	}
	t.Pod.Namespace = t.Namespace
	t.Partial = known && text(o.object["apiVersion"]) != "" && vacant(template)
	t.Refused = cmp.Or(t.Refused, refusal(text(o.object["apiVersion"]), inside, t.Pod))
	t.line, t.metadata = d.above+d.Line(t.path...), d.Size(below(t.path, "metadata")...)
	if known {
		t.Mistyped = mistypedIn(template)
	}
	t.Strays = straysOf(&t, o.path, o.object, template)
	f.Templates = append(f.Templates, t)
}

// invalid reports every value of the object called title that is not of its field's type, at path.
func (f *File) invalid(d *document, path []string, title string, culprits []culprit) {
	for _, c := range culprits {
		line := d.Line(below(path, c.path...)...)
		if _, mark := templated([]byte(text(c.value))); mark != "" {
			f.report(d, Templated, line, fmt.Sprintf("%s: is a template, no manifest yet: %s", title, mark))
			continue
		}
		f.report(d, Invalid, line, fmt.Sprintf("%s: %s", title, c))
	}
}

// Apply has operations on the pod carried out when the file is printed.
func (t Template) Apply(operations []jsonpatch.Operation) {
	if len(operations) > 0 {
		t.document.Apply(t.path, t.complete(operations)...)
	}
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
	if has := t.metadata; has < 0 && added > 0 {
		patch = slices.Insert(patch, 0, jsonpatch.Operation{Operation: "add", Path: "/metadata", Value: map[string]any{}})
	} else if has == removed && removed > 0 {
		patch = append(patch, jsonpatch.Operation{Operation: "remove", Path: "/metadata"})
	}
	return patch
}

func below(path []string, tokens ...string) []string { return slices.Concat(path, tokens) }

func pointer(tokens []string) string {
	if len(tokens) == 0 {
		return ""
	}
	return "/" + strings.Join(tokens, "/")
}
