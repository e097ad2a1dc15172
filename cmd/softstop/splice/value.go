package splice

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	sigsyaml "sigs.k8s.io/yaml"
)

// YAML returns value, as its JSON says it, as a text of its own in block style.
func YAML(value any) (string, error) {
	node, err := nodeOf(value)
	if err != nil {
		return "", err
	}
	return style{}.encode(node) + "\n", nil
}

// nodeOf returns value as nodes in block style, as its JSON says it.
func nodeOf(value any) (*yaml.Node, error) {
	data, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var plain any
	if err := decoder.Decode(&plain); err != nil {
		return nil, err
	}
	return build(plain)
}

// build makes nodes of what a JSON decoder makes of JSON. Keys are sorted.
func build(value any) (*yaml.Node, error) {
	switch value := value.(type) {
	case map[string]any:
		node := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		for _, key := range slices.Sorted(maps.Keys(value)) {
			name, err := build(key)
			if err != nil {
				return nil, err
			}
			child, err := build(value[key])
			if err != nil {
				return nil, err
			}
			node.Content = append(node.Content, name, child)
		}
		return node, nil
	case []any:
		node := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for _, element := range value {
			child, err := build(element)
			if err != nil {
				return nil, err
			}
			node.Content = append(node.Content, child)
		}
		return node, nil
	case string:
		if style, known := quotes(value); known {
			return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value, Style: style}, nil
		}
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(value)}, nil
	case json.Number:
		if digits := value.String(); strings.Trim(digits, "0123456789") == "" {
			return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: digits}, nil
		}
	}
	return scalar(value)
}

// scalar makes the node of a value that is no collection by way of the encoder, which knows how
// Kubernetes' YAML is quoted.
func scalar(value any) (*yaml.Node, error) {
	text, err := sigsyaml.Marshal(value)
	if err != nil {
		return nil, err
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, err
	}
	return document.Content[0], nil
}

// quotes returns how a text is quoted, if that is plain to see: encoding one takes a hundred
// times as long, and most that are added are paths, names and flags.
func quotes(text string) (style yaml.Style, known bool) {
	switch {
	case text == "true" || text == "false":
		return yaml.DoubleQuotedStyle, true
	case text == "--" || isWord(text) || isLine(text):
		return 0, true
	case strings.HasPrefix(text, `{"`) && strings.HasSuffix(text, "}") && isPrintable(text):
		return yaml.SingleQuotedStyle, true
	}
	return 0, false
}

// isWord reports whether text is a path, a name or a flag, which needs no quotes anywhere. Words of
// one or two letters, and those that YAML has a meaning for, are none.
func isWord(text string) bool {
	rest := strings.TrimPrefix(strings.TrimPrefix(text, "--"), "/")
	if len(rest) < 3 || !isLetter(rest[0]) || slices.Contains([]string{"yes", "off", "true", "false", "null"}, strings.ToLower(rest)) {
		return false
	}
	for i := range len(rest) {
		if b := rest[i]; !isLetter(b) && (b < '0' || b > '9') && strings.IndexByte("_./=-", b) < 0 {
			return false
		}
	}
	return true
}

// isLine reports whether text is a short option or words of a command line, which need no quotes
// either: a colon, a comma, a comment and brackets would, and so would other beginnings.
func isLine(text string) bool {
	rest, option := strings.CutPrefix(text, "-")
	if rest == "" || !isLetter(rest[0]) || !option && !strings.Contains(rest, " ") || strings.HasSuffix(rest, " ") {
		return false
	}
	for i := range len(text) {
		if b := text[i]; !isLetter(b) && (b < '0' || b > '9') && strings.IndexByte("_./=-;&|$() ", b) < 0 {
			return false
		}
	}
	return true
}

func isLetter(b byte) bool { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' }

// isPrintable reports whether text is one line of ASCII.
func isPrintable(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}

// simple renders nodes as the encoder does, if every text in them is plain to see.
func (s style) simple(node *yaml.Node) (text string, ok bool) {
	var out strings.Builder
	if !s.write(&out, node, "", node.Style&yaml.FlowStyle != 0) {
		return "", false
	}
	return out.String(), true
}

// write renders node behind indent; a collection in a block starts where out is.
func (s style) write(out *strings.Builder, node *yaml.Node, indent string, flow bool) bool {
	if node.HeadComment != "" || node.LineComment != "" || node.FootComment != "" || node.Anchor != "" {
		return false
	}
	switch {
	case node.Kind == yaml.ScalarNode:
		return writeScalar(out, node)
	case node.Kind != yaml.MappingNode && node.Kind != yaml.SequenceNode, node.Tag != "!!map" && node.Tag != "!!seq":
		return false
	case flow || len(node.Content) == 0:
		return s.writeFlow(out, node)
	case node.Style != 0:
		return false
	}
	for i, p := range partsOf(node.Kind, node.Content) {
		if i > 0 {
			out.WriteString("\n" + indent)
		}
		if p.key == nil {
			out.WriteString("- ")
			if !s.write(out, p.value, indent+"  ", false) {
				return false
			}
			continue
		}
		if !writeScalar(out, p.key) {
			return false
		}
		out.WriteByte(':')
		below := indent + "  "
		switch isBlock := p.value.Kind != yaml.ScalarNode && p.value.Style&yaml.FlowStyle == 0 && len(p.value.Content) > 0; {
		case !isBlock:
			out.WriteByte(' ')
		case p.value.Kind == yaml.SequenceNode && !s.deep:
			below = indent
			fallthrough
		default:
			out.WriteString("\n" + below)
		}
		if !s.write(out, p.value, below, p.value.Style&yaml.FlowStyle != 0) {
			return false
		}
	}
	return true
}

func (s style) writeFlow(out *strings.Builder, node *yaml.Node) bool {
	open, closing := "[", "]"
	if node.Kind == yaml.MappingNode {
		open, closing = "{", "}"
	}
	out.WriteString(open)
	for i, p := range partsOf(node.Kind, node.Content) {
		if i > 0 {
			out.WriteString(", ")
		}
		if p.key != nil {
			if !writeScalar(out, p.key) {
				return false
			}
			out.WriteString(": ")
		}
		if !s.write(out, p.value, "", true) {
			return false
		}
	}
	out.WriteString(closing)
	return true
}

// writeScalar renders a text whose quotes are plain to see, or a number.
func writeScalar(out *strings.Builder, node *yaml.Node) bool {
	style, known := quotes(node.Value)
	number := node.Tag == "!!int" && node.Style == 0 && strings.Trim(node.Value, "0123456789") == ""
	switch {
	case number || node.Tag == "!!bool" && node.Style == 0 && (node.Value == "true" || node.Value == "false"):
		out.WriteString(node.Value)
	case node.Tag != "!!str" || !known || style != node.Style:
		return false
	case style == yaml.SingleQuotedStyle:
		out.WriteString("'" + strings.ReplaceAll(node.Value, "'", "''") + "'")
	case style == yaml.DoubleQuotedStyle:
		out.WriteString(`"` + node.Value + `"`)
	default:
		out.WriteString(node.Value)
	}
	return true
}
