package manifest

import (
	"bytes"
	"fmt"
	"regexp"

	"go.yaml.in/yaml/v3"
	corev1 "k8s.io/api/core/v1"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/softstop/softstop/webhook"
)

// File is a file of YAML or JSON documents.
type File struct {
	documents  []*document
	templates  []Template
	namespaces map[string]webhook.Namespace
}

// document is one document: its text as it was read, ending with its separator.
type document struct {
	raw       []byte
	separator []byte
	root      yaml.Node
	changed   bool
}

// Parse reads a file.
func Parse(data []byte) (*File, error) {
	file := &File{namespaces: map[string]webhook.Namespace{}}
	for i, d := range split(data) {
		if err := yaml.Unmarshal(d.raw, &d.root); err != nil {
			return nil, fmt.Errorf("document %d: %w", i+1, err)
		}
		file.documents = append(file.documents, d)
		if len(d.root.Content) == 0 {
			continue
		}
		if err := file.collect(d, d.root.Content[0]); err != nil {
			return nil, fmt.Errorf("document %d: %w", i+1, err)
		}
	}
	return file, nil
}

// split cuts data at the lines that separate documents.
func split(data []byte) []*document {
	var documents []*document
	at := 0
	for _, found := range regexp.MustCompile(`(?m)^---([ \t].*)?\r?(\n|$)`).FindAllIndex(data, -1) {
		documents = append(documents, &document{raw: data[at:found[0]], separator: data[found[0]:found[1]]})
		at = found[1]
	}
	return append(documents, &document{raw: data[at:]})
}

// Templates returns the pods of the file, in order.
func (f *File) Templates() []Template { return f.templates }

// Namespace returns what the file says about a namespace.
func (f *File) Namespace(name string) webhook.Namespace {
	if found, ok := f.namespaces[name]; ok {
		return found
	}
	return webhook.Namespace{Name: name}
}

// collect finds the pods and namespaces of one object.
func (f *File) collect(d *document, object *yaml.Node) error {
	kind := text(child(object, "kind"))
	switch kind {
	case "List":
		items := child(object, "items")
		for i := 0; items != nil && i < len(items.Content); i++ {
			if err := f.collect(d, items.Content[i]); err != nil {
				return err
			}
		}
		return nil
	case "Namespace":
		var namespace corev1.Namespace
		if err := decode(object, &namespace); err != nil {
			return fmt.Errorf("read namespace: %w", err)
		}
		f.namespaces[namespace.Name] = webhook.Namespace{Name: namespace.Name, Labels: namespace.Labels, Annotations: namespace.Annotations}
		return nil
	}
	return f.collectTemplate(d, object, kind)
}

// Bytes returns the file with what was changed. Documents that were not changed are as
// they were read.
func (f *File) Bytes() ([]byte, error) {
	var out bytes.Buffer
	for _, d := range f.documents {
		if d.changed {
			encoder := yaml.NewEncoder(&out)
			encoder.SetIndent(2)
			if !indentsSequences(&d.root) {
				encoder.CompactSeqIndent()
			}
			if err := encoder.Encode(&d.root); err != nil {
				return nil, fmt.Errorf("write document: %w", err)
			}
			if err := encoder.Close(); err != nil {
				return nil, fmt.Errorf("write document: %w", err)
			}
		} else {
			out.Write(d.raw)
		}
		out.Write(d.separator)
	}
	return out.Bytes(), nil
}

// indentsSequences reports whether the first list below a key is written deeper than
// the key, so that the file keeps its style.
func indentsSequences(node *yaml.Node) bool {
	for i := 0; i < len(node.Content); i++ {
		value := node.Content[i]
		if node.Kind == yaml.MappingNode && i%2 == 1 && value.Kind == yaml.SequenceNode && value.Style&yaml.FlowStyle == 0 && len(value.Content) > 0 {
			return value.Column > node.Content[i-1].Column
		}
		if (value.Kind == yaml.MappingNode || value.Kind == yaml.SequenceNode) && value.Style&yaml.FlowStyle == 0 && hasSequence(value) {
			return indentsSequences(value)
		}
	}
	return false
}

func hasSequence(node *yaml.Node) bool {
	for _, value := range node.Content {
		if value.Kind == yaml.SequenceNode && value.Style&yaml.FlowStyle == 0 || hasSequence(value) {
			return true
		}
	}
	return false
}

// decode reads a node as kubectl would.
func decode(node *yaml.Node, into any) error {
	data, err := yaml.Marshal(node)
	if err != nil {
		return err
	}
	return sigsyaml.Unmarshal(data, into)
}

// child returns the value of a key of a mapping, or nil.
func child(node *yaml.Node, key string) *yaml.Node {
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}
	return nil
}

func text(node *yaml.Node) string {
	if node == nil {
		return ""
	}
	return node.Value
}
