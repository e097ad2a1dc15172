package v1alpha1

import (
	"encoding/json"
	"errors"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Values are settings by their names in annotations: drain, stop-timeout, and so on.
type Values map[string]Value

// Value is one setting as it would stand in an annotation. In YAML it may be a string, a
// number or a boolean, each read as it was written, or a list: of names, codes, or a
// command's words.
type Value struct {
	text string
	list []string
	many bool
}

// UnmarshalYAML implements yaml.Unmarshaler.
func (v *Value) UnmarshalYAML(node *yaml.Node) error {
	switch node.Kind {
	case yaml.ScalarNode:
		v.text = node.Value
		return nil
	case yaml.SequenceNode:
		v.many = true
		return node.Decode(&v.list)
	default:
		return errors.New("must be a string, a number, true or false, or a list of them")
	}
}

// Words returns the value as a setting that is a JSON array wants it.
func (v Value) Words() string {
	if !v.many {
		return v.text
	}
	data, err := json.Marshal(v.list)
	if err != nil { // strings only: cannot happen
		return ""
	}
	return string(data)
}

// Text returns the value as every other setting wants it.
func (v Value) Text() string {
	if v.many {
		return strings.Join(v.list, ",")
	}
	return v.text
}
