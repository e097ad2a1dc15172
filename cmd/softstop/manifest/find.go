package manifest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
)

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

// ownerOf returns the kind that owns the pods of other kinds: mostly the kind itself.
func ownerOf(kind string) string {
	switch kind {
	case "Rollout":
		return "ReplicaSet"
	case "DeploymentConfig":
		return "ReplicationController"
	case "JobSet", "ScaledJob":
		return "Job"
	case "LeaderWorkerSet":
		return "StatefulSet"
	}
	return kind
}

// ofKubernetes reports whether an API version is one of Kubernetes' own workloads, or none.
func ofKubernetes(apiVersion string) bool {
	group, _, grouped := strings.Cut(apiVersion, "/")
	return !grouped || slices.Contains([]string{"apps", "batch", "extensions"}, group)
}

// ownGroup reports whether an API version belongs to Kubernetes, whose other kinds make no pods.
func ownGroup(apiVersion string) bool {
	group, _, _ := strings.Cut(apiVersion, "/")
	return ofKubernetes(apiVersion) || !strings.Contains(group, ".") || strings.HasSuffix(group, ".k8s.io")
}

// collect finds the pods and namespaces of the object at path. A list of one kind need
// not repeat it: kind is what its elements are without one.
func (f *File) collect(d *document, path []string, object map[string]any, kind string) {
	if own := text(object["kind"]); own != "" {
		kind = own
	}
	apiVersion := text(object["apiVersion"])
	items, isList := object["items"].([]any)
	switch {
	case isList && strings.HasSuffix(kind, "List"):
		f.collectItems(d, path, items, strings.TrimSuffix(kind, "List"))
	case kind == "" && IsKustomization(f.Name):
		f.report(d, Kustomization, d.Line(path...), "is a kustomization, of which kustomize makes manifests")
	case kind == "" && projectOf(f.Name) != "":
		f.report(d, Templated, d.Line(path...), "is a project, of which its tool makes manifests")
		f.Unread[len(f.Unread)-1].Fix = projectOf(f.Name)
	case kind == "":
		f.collectBare(d, path, object, func() {
			f.report(d, Foreign, d.Line(path...), "is no Kubernetes object: it has no kind")
		})
	case strings.HasPrefix(apiVersion, "kustomize.config.k8s.io/"):
		f.report(d, Kustomization, d.Line(path...), "is a kustomization, of which kustomize makes manifests")
	case kind == "Namespace":
		f.collectNamespace(d, path, object)
	case kind == "CustomResourceDefinition":
		f.objects++ // its schema may look like a pod template, and is none
	default:
		f.collectPods(d, path, object, kind)
	}
}

func (f *File) collectItems(d *document, path []string, items []any, kind string) {
	for i, item := range items {
		at := below(path, "items", strconv.Itoa(i))
		element, ok := item.(map[string]any)
		if !ok {
			f.report(d, Invalid, d.Line(at...), fmt.Sprintf("element %d of the list is no Kubernetes object but %s", i+1, typeName(item)))
			continue
		}
		f.collect(d, at, element, kind)
	}
}

func (f *File) collectNamespace(d *document, path []string, object map[string]any) {
	var namespace corev1.Namespace
	if err := convert(object, &namespace); err != nil {
		f.invalid(d, path, "Namespace "+nameOf(object), culprits[corev1.Namespace](object))
		return
	}
	f.objects++
	f.straysOn(d, path, object)
	f.Namespaces[namespace.Name] = inject.Namespace{Name: namespace.Name, Labels: namespace.Labels, Annotations: namespace.Annotations}
}

// collectPods finds the pods of an object: where Kubernetes' own kinds keep them, or in other
// kinds wherever something has the shape of a pod template.
func (f *File) collectPods(d *document, path []string, object map[string]any, kind string) {
	o := &holder{file: f, document: d, path: path, object: object, kind: kind}
	f.objects++
	apiVersion := text(object["apiVersion"])
	if inside, owner, known := templatePath(kind); known && ofKubernetes(apiVersion) {
		f.collectTemplate(o, inside, owner, true)
		return
	}
	if o.walk(nil, object); len(o.elsewhere) > 0 && !ownGroup(apiVersion) {
		f.report(d, Elsewhere, d.Line(below(path, o.elsewhere...)...), o.title()+": names a container at "+strings.Join(o.elsewhere, ".")+
			", which is no pod template; the webhook sees its pods once they come, if they have "+config.InjectKey)
	}
	if len(o.text) > 0 {
		f.report(d, Elsewhere, d.Line(below(path, o.text...)...), o.title()+": has a manifest as a text at "+strings.Join(o.text, "."))
	}
}

// collectBare finds the objects in what is no object itself: what jsonnet makes of several files,
// values of a chart, tasks of Ansible. They are not changed where they are: something else makes
// manifests of them. none is called if there are no pods.
func (f *File) collectBare(d *document, path []string, value any, none func()) {
	o := &holder{file: f, document: d, path: path, bare: true}
	objects, first := f.objects, len(f.Templates)
	o.walk(nil, value)
	f.objects = objects
	for i := range f.Templates[first:] {
		t := &f.Templates[first+i]
		t.Refused = cmp.Or(t.Refused, "the object is in what is none, and no manifest before something makes one of it; inject that")
	}
	if first == len(f.Templates) {
		none()
	}
}

// holder is an object that may hold pod templates.
type holder struct {
	file      *File
	document  *document
	path      []string // in the document
	object    map[string]any
	kind      string
	bare      bool     // it is no object itself, and may have objects in it
	elsewhere []string // where the first image is that belongs to no template
	text      []string // where the first text is that is a manifest
}

func (o *holder) title() string { return title(o.kind, namespaceOf(o.object), nameOf(o.object)) }

// walk looks for templates, and for objects in the object, at and below a value.
func (o *holder) walk(at []string, value any) {
	switch value := value.(type) {
	case string:
		if o.text == nil && isManifest(value) {
			o.text = at
		}
	case []any:
		for i, element := range value {
			o.walk(below(at, strconv.Itoa(i)), element)
		}
	case map[string]any:
		if len(at) > 0 && o.embedded(at, value) {
			return
		}
		if len(at) > 0 && !o.bare && hasContainers(value) && (slices.Equal(at, []string{"spec", "template"}) || complete(value)) {
			o.file.collectTemplate(o, at, ownerOf(o.kind), false)
			return
		}
		for _, key := range slices.Sorted(maps.Keys(value)) {
			if o.elsewhere == nil && key == "image" && text(value[key]) != "" && runs(at) {
				o.elsewhere = at
			}
			o.walk(below(at, key), value[key])
		}
	}
}

// embedded collects an object in an object, such as those of an OpenShift Template. A reference
// to an object looks like one without what makes it up.
func (o *holder) embedded(at []string, value map[string]any) bool {
	kind := text(value["kind"])
	inside, _, known := templatePath(kind)
	template, _ := find(value, inside).(map[string]any)
	if kind == "" || text(value["apiVersion"]) == "" || known && !hasContainers(template) {
		return false
	}
	o.file.collect(o.document, below(o.path, at...), value, kind)
	return true
}

// find returns the value at path in value, or nil.
func find(value any, path []string) any {
	for _, token := range path {
		switch holder := value.(type) {
		case map[string]any:
			value = holder[token]
		case []any:
			index, err := strconv.Atoi(token)
			if err != nil || index < 0 || index >= len(holder) {
				return nil
			}
			value = holder[index]
		default:
			return nil
		}
	}
	return value
}

func hasContainers(template map[string]any) bool { return len(containersOf(template)) > 0 }

func containersOf(template map[string]any) []any {
	spec, _ := template["spec"].(map[string]any)
	containers, _ := spec["containers"].([]any)
	return containers
}

// complete reports whether all containers of a template have a name and an image. Those of a part
// of a template, which an operator lays over its own, and those of a policy's pattern, have not.
func complete(template map[string]any) bool {
	for _, c := range containersOf(template) {
		if container, _ := c.(map[string]any); text(container["name"]) == "" || text(container["image"]) == "" {
			return false
		}
	}
	return true
}

// runs reports whether what names an image at a path is run: in a list of images, such as an
// operator's relatedImages, it is only mentioned.
func runs(at []string) bool {
	list := ""
	if len(at) > 1 {
		list = strings.ToLower(at[len(at)-2])
	}
	return !strings.HasSuffix(list, "images")
}

// withContainers reports whether a text speaks of containers.
func withContainers(text []byte) bool { return bytes.Contains(text, []byte("containers")) }

// isManifest reports whether a text of several lines is a manifest with containers.
func isManifest(text string) bool {
	return strings.Contains(strings.TrimSpace(text), "\n") && withContainers([]byte(text)) && claims([]byte(text))
}

// vacant reports whether no container of a template says what it runs.
func vacant(template map[string]any) bool {
	return !slices.ContainsFunc(containersOf(template), func(c any) bool {
		container, isMap := c.(map[string]any)
		return !isMap || container["image"] != nil || container["command"] != nil || container["args"] != nil
	})
}

func title(kind, namespace, name string) string {
	if namespace != "" {
		return kind + " " + namespace + "/" + name
	}
	return kind + " " + name
}

func namespaceOf(object map[string]any) string {
	metadata, _ := object["metadata"].(map[string]any)
	return text(metadata["namespace"])
}

func nameOf(object map[string]any) string {
	metadata, _ := object["metadata"].(map[string]any)
	if name := text(metadata["name"]); name != "" {
		return name
	}
	return text(metadata["generateName"]) + "*"
}

// convert reads data, made of JSON, into a typed object.
func convert(data, into any) error {
	encoded, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return json.Unmarshal(encoded, into)
}

func text(value any) string {
	s, _ := value.(string)
	return s
}

// typeName says what a JSON value is.
func typeName(value any) string {
	switch value.(type) {
	case []any:
		return "a list"
	case map[string]any:
		return "a map"
	case string:
		return "a text"
	}
	return "a single value"
}
