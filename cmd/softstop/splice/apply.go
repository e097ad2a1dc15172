package splice

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	"gomodules.xyz/jsonpatch/v2"
)

// errMerged means that a value to be removed comes from a merged mapping, which others share.
var errMerged = errors.New("comes from a merged mapping (<<)")

// mergeKey is YAML's key for taking over the keys of other mappings.
const mergeKey = "<<"

// Apply adds operations of RFC 6902 to those that Text and Changed carry out: test, add, replace
// and remove. Their paths start at the value at base. What cannot be carried out is an error there.
func (d *Document) Apply(base []string, operations ...jsonpatch.Operation) {
	for _, operation := range operations {
		operation.Path = pointer(append(slices.Clone(base), tokensOf(operation.Path)...))
		d.operations = append(d.operations, operation)
	}
}

// applyAll carries the operations out on the nodes.
func (d *Document) applyAll() error {
	d.Forget()
	d.read()
	d.locate()
	for _, operation := range d.operations {
		if operation.Operation == "test" {
			continue
		}
		switch err := d.apply(operation, tokensOf(operation.Path)); {
		case errors.Is(err, errMerged):
			d.beyond = true // the nodes cannot say it: Text writes the document anew
		case err != nil:
			return fmt.Errorf("%s %s: %w", operation.Operation, operation.Path, err)
		}
	}
	return nil
}

func (d *Document) apply(operation jsonpatch.Operation, tokens []string) error {
	parent := d.root
	d.unshare(parent)
	for _, token := range tokens[:len(tokens)-1] {
		if parent = d.own(parent, token); parent == nil {
			return fmt.Errorf("there is no %q", token)
		}
	}
	last := tokens[len(tokens)-1]
	key, old := find(parent, last)
	if operation.Operation != "add" && old == nil {
		return fmt.Errorf("there is no %q", last)
	}
	if operation.Operation == "remove" {
		return remove(parent, last)
	}
	value, err := nodeOf(operation.Value)
	if err != nil {
		return err
	}
	if old != nil {
		inMannerOf(old, value)
	}
	switch {
	case parent.Kind == yaml.SequenceNode && operation.Operation == "add":
		return insert(parent, last, value)
	case old != nil && childAt(parent, key, old, last) < 0:
		return set(parent, last, value) // beside the merged value, which others have, too
	case old != nil && old.Kind == yaml.SequenceNode && value.Kind == yaml.SequenceNode && len(old.Content) > 0:
		d.unshare(old)
		old.Content = merged(old.Content, value.Content)
	case parent.Kind == yaml.MappingNode:
		return set(parent, last, value)
	default:
		return fmt.Errorf("%q cannot be set there", last)
	}
	return nil
}

// find returns the value that token names below node, with its key in a mapping, or nil.
// It looks through aliases and merged mappings.
func find(node *yaml.Node, token string) (key, value *yaml.Node) {
	if node != nil && node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	switch {
	case node == nil:
	case node.Kind == yaml.SequenceNode:
		if index, err := strconv.Atoi(token); err == nil && index >= 0 && index < len(node.Content) {
			return nil, node.Content[index]
		}
	case node.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == token {
				return node.Content[i], node.Content[i+1]
			}
		}
		return findMerged(node, token)
	}
	return nil, nil
}

func findMerged(node *yaml.Node, token string) (key, value *yaml.Node) {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value != mergeKey || node.Content[i].Tag != "!!merge" {
			continue
		}
		sources := []*yaml.Node{node.Content[i+1]}
		if sources[0].Kind == yaml.SequenceNode {
			sources = sources[0].Content
		}
		for _, source := range sources {
			if key, value := find(source, token); value != nil {
				return key, value
			}
		}
	}
	return nil, nil
}

// set gives a key of a mapping a value, after its other keys if it is new.
func set(mapping *yaml.Node, key string, value *yaml.Node) error {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			mapping.Content[i+1] = value
			return nil
		}
	}
	name, err := nodeOf(key)
	if err != nil {
		return err
	}
	mapping.Content = append(mapping.Content, name, value)
	return nil
}

func insert(sequence *yaml.Node, token string, value *yaml.Node) error {
	index := len(sequence.Content)
	if token != "-" {
		var err error
		if index, err = strconv.Atoi(token); err != nil || index < 0 || index > len(sequence.Content) {
			return fmt.Errorf("there is no place %q in a list of %d", token, len(sequence.Content))
		}
	}
	sequence.Content = slices.Insert(sequence.Content, index, value)
	return nil
}

// remove takes out what token names; a merged value cannot be taken out of one place.
func remove(parent *yaml.Node, token string) error {
	if parent.Kind == yaml.SequenceNode {
		index, err := strconv.Atoi(token)
		if err != nil {
			return err
		}
		parent.Content = slices.Delete(parent.Content, index, index+1)
		return nil
	}
	for i := 0; i+1 < len(parent.Content); i += 2 {
		if parent.Content[i].Value == token {
			parent.Content = slices.Delete(parent.Content, i, i+2)
			return nil
		}
	}
	return errMerged
}

// merged returns the list that replaces old, with the nodes of old where both begin or
// end with the same values: these keep their text.
func merged(old, replacement []*yaml.Node) []*yaml.Node {
	head := 0
	for head < min(len(old), len(replacement)) && same(old[head], replacement[head]) {
		head++
	}
	tail := 0
	for tail < min(len(old), len(replacement))-head && same(old[len(old)-1-tail], replacement[len(replacement)-1-tail]) {
		tail++
	}
	return slices.Concat(old[:head], replacement[head:len(replacement)-tail], old[len(old)-tail:])
}

func same(a, b *yaml.Node) bool {
	var x, y any
	return a.Decode(&x) == nil && b.Decode(&y) == nil && reflect.DeepEqual(x, y)
}

// tokensOf takes a JSON pointer (RFC 6901) apart.
func tokensOf(pointer string) []string {
	if pointer == "" {
		return nil
	}
	tokens := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	for i := range tokens {
		tokens[i] = strings.ReplaceAll(strings.ReplaceAll(tokens[i], "~1", "/"), "~0", "~")
	}
	return tokens
}

func pointer(tokens []string) string {
	var b strings.Builder
	for _, token := range tokens {
		b.WriteByte('/')
		b.WriteString(strings.ReplaceAll(strings.ReplaceAll(token, "~", "~0"), "/", "~1"))
	}
	return b.String()
}
