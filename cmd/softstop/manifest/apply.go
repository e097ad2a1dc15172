package manifest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	"gomodules.xyz/jsonpatch/v2"
	sigsyaml "sigs.k8s.io/yaml"
)

// apply carries one operation of RFC 6902 out: test, add or replace, which is all that
// the engine uses.
func apply(root *yaml.Node, operation jsonpatch.Operation) error {
	tokens := strings.Split(strings.TrimPrefix(operation.Path, "/"), "/")
	unescape := strings.NewReplacer("~1", "/", "~0", "~")
	for i := range tokens {
		tokens[i] = unescape.Replace(tokens[i])
	}
	parent := root
	for _, token := range tokens[:len(tokens)-1] {
		if parent = step(parent, token); parent == nil {
			return fmt.Errorf("there is no %q", token)
		}
	}
	last := tokens[len(tokens)-1]
	if operation.Operation == "test" {
		return test(step(parent, last), operation.Value)
	}
	value, err := nodeOf(operation.Value)
	if err != nil {
		return err
	}
	switch {
	case operation.Operation == "replace" && step(parent, last) == nil:
		return fmt.Errorf("there is no %q", last)
	case parent.Kind == yaml.SequenceNode && operation.Operation == "add":
		return insert(parent, last, value)
	case parent.Kind == yaml.MappingNode:
		set(parent, last, value)
		return nil
	}
	return fmt.Errorf("%q cannot be set there", last)
}

// step returns the node that token names below node, or nil.
func step(node *yaml.Node, token string) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if node.Kind == yaml.SequenceNode {
		index, err := strconv.Atoi(token)
		if err != nil || index < 0 || index >= len(node.Content) {
			return nil
		}
		return node.Content[index]
	}
	return child(node, token)
}

func test(node *yaml.Node, want any) error {
	if node == nil {
		return fmt.Errorf("there is nothing, not %v", want)
	}
	var have, expected any
	if err := decode(node, &have); err != nil {
		return err
	}
	data, err := json.Marshal(want)
	if err != nil {
		return err
	}
	if err := sigsyaml.Unmarshal(data, &expected); err != nil {
		return err
	}
	if !reflect.DeepEqual(have, expected) {
		return fmt.Errorf("it is %v, not %v", have, expected)
	}
	return nil
}

// set gives a key of a mapping a value, after its other keys if it is new. The
// comments of an old value stay.
func set(mapping *yaml.Node, key string, value *yaml.Node) {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			old := mapping.Content[i+1]
			value.HeadComment, value.LineComment, value.FootComment = old.HeadComment, old.LineComment, old.FootComment
			if old.Kind == value.Kind && old.Style&yaml.FlowStyle != 0 {
				value.Style |= yaml.FlowStyle
			}
			mapping.Content[i+1] = value
			return
		}
	}
	mapping.Content = append(mapping.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, value)
}

func insert(sequence *yaml.Node, token string, value *yaml.Node) error {
	index := len(sequence.Content)
	if token != "-" {
		var err error
		if index, err = strconv.Atoi(token); err != nil || index < 0 || index > len(sequence.Content) {
			return fmt.Errorf("there is no place %q in a list of %d", token, len(sequence.Content))
		}
	}
	sequence.Content = append(sequence.Content, nil)
	copy(sequence.Content[index+1:], sequence.Content[index:])
	sequence.Content[index] = value
	return nil
}

// nodeOf returns value as YAML in block style, as its JSON says it.
func nodeOf(value any) (*yaml.Node, error) {
	data, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	block, err := sigsyaml.JSONToYAML(data)
	if err != nil {
		return nil, err
	}
	var document yaml.Node
	if err := yaml.Unmarshal(block, &document); err != nil {
		return nil, err
	}
	return document.Content[0], nil
}
