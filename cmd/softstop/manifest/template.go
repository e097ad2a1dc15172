package manifest

import (
	"fmt"

	"go.yaml.in/yaml/v3"
	"gomodules.xyz/jsonpatch/v2"
	corev1 "k8s.io/api/core/v1"
)

// Template is a pod of a file: a Pod, or the pod template of a workload.
type Template struct {
	// Title names the object for people: Deployment shop/web.
	Title string
	// Pod is the pod, with the workload's namespace, for reading only.
	Pod *corev1.Pod
	// OwnerKind is the kind of the controller that will own such a pod; empty for a Pod.
	OwnerKind string

	document *document
	node     *yaml.Node
}

// templatePath returns where kind keeps its pod template and which kind will own the
// pods, or false for kinds without one.
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

func (f *File) collectTemplate(d *document, object *yaml.Node, kind string) error {
	path, owner, ok := templatePath(kind)
	if !ok {
		return nil
	}
	node := object
	for _, key := range path {
		node = child(node, key)
	}
	metadata := child(object, "metadata")
	name, namespace := text(child(metadata, "name")), text(child(metadata, "namespace"))
	if name == "" {
		name = text(child(metadata, "generateName")) + "*"
	}
	title := kind + " " + name
	if namespace != "" {
		title = kind + " " + namespace + "/" + name
	}
	if node == nil {
		return fmt.Errorf("%s has no pod template", title)
	}
	var pod corev1.Pod
	if err := decode(node, &pod); err != nil {
		return fmt.Errorf("read %s: %w", title, err)
	}
	pod.Namespace = namespace
	f.templates = append(f.templates, Template{Title: title, Pod: &pod, OwnerKind: owner, document: d, node: node})
	return nil
}

// Apply carries operations out on the file.
func (t Template) Apply(operations []jsonpatch.Operation) error {
	if metadata := child(t.node, "metadata"); metadata == nil || metadata.Tag == "!!null" {
		// A template may leave it out; a pod that reaches the webhook never does.
		set(t.node, "metadata", &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"})
	}
	for _, operation := range operations {
		if err := apply(t.node, operation); err != nil {
			return fmt.Errorf("%s %s: %w", operation.Operation, operation.Path, err)
		}
		t.document.changed = true
	}
	return nil
}
