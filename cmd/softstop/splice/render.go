package splice

import (
	"bytes"
	"encoding/json"
	"strings"

	"go.yaml.in/yaml/v3"
)

// style is how the document is written.
type style struct {
	json    bool
	tight   bool // JSON without spaces
	lineEnd string
	step    string // one level's indentation
	deep    bool   // lists are written deeper than their keys
}

// layout is how a collection's parts stand in the text.
type layout struct {
	block     bool
	indent    string // before each part that has a line of its own
	separator string // between parts
	lines     bool   // each part has a line of its own
}

func (d *Document) style() style {
	s := style{lineEnd: "\n", step: "  "}
	if at := bytes.IndexByte(d.text, '\n'); at > 0 && d.text[at-1] == '\r' {
		s.lineEnd = "\r\n"
	}
	s.json = json.Valid(d.text)
	s.tight = s.json && !bytes.Contains(d.text, []byte(`": `))
	s.deep, _ = listsDeeper(d.root)
	if children := d.was[d.root]; len(children) > 0 && s.json {
		if first := d.place[children[0]].at; d.startsLine(first) {
			s.step = string(d.text[d.lineStart(first):first])
		}
	}
	return s
}

// listsDeeper reports whether the first list below a key is written deeper than the key.
func listsDeeper(node *yaml.Node) (deeper, found bool) {
	if node.Style&yaml.FlowStyle != 0 {
		return false, false
	}
	for i, value := range node.Content {
		if node.Kind == yaml.MappingNode && i%2 == 1 && value.Kind == yaml.SequenceNode && value.Style&yaml.FlowStyle == 0 && value.Line > 0 && node.Content[i-1].Line > 0 {
			return value.Column > node.Content[i-1].Column, true
		}
		if deeper, found = listsDeeper(value); found {
			return deeper, true
		}
	}
	return false, false
}

// layout returns how the parts of node, some of them at least, stand in the text.
func (w *writer) layout(node *yaml.Node, parts []part) layout {
	l := layout{block: node.Style&yaml.FlowStyle == 0, separator: ", "}
	if w.style.tight {
		l.separator = ","
	}
	if len(parts) == 0 {
		return l
	}
	first := w.start(node, parts[0])
	line := w.text[w.lineStart(first):first]
	switch l.lines = w.startsLine(first); {
	case l.lines:
		l.indent = string(line)
	case l.block:
		l.indent = strings.Repeat(" ", len(line))
	}
	switch {
	case l.block:
		l.separator = w.style.lineEnd + l.indent
	case l.lines:
		l.separator = "," + w.style.lineEnd + l.indent
	case len(parts) > 1:
		between := string(w.text[w.endOf(parts[0].value):w.start(node, parts[1])])
		if strings.Trim(between, " ,") == "" {
			l.separator = between
		}
	}
	return l
}

// beforeElement is a new part with what stands between it and the next.
func (l layout) beforeElement(s style, p part) string {
	if l.block && l.lines {
		return l.indent + s.element(p, l) + s.lineEnd
	}
	return s.element(p, l) + l.separator
}

// element is a new part: "key: value", "- value", or in brackets the value alone.
func (s style) element(p part, l layout) string {
	if l.block {
		parent := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: []*yaml.Node{p.value}}
		if p.key != nil {
			parent = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: []*yaml.Node{p.key, p.value}}
		}
		return s.indented(s.encode(parent), l.indent)
	}
	if p.key == nil {
		return s.inFlow(p.value, l)
	}
	if s.json {
		colon := ":"
		if !s.tight {
			colon = ": "
		}
		return jsonOf(p.key, "", "") + colon + s.inFlow(p.value, l)
	}
	return s.encode(p.key) + ": " + s.inFlow(p.value, l)
}

// inFlow is a value inside brackets.
func (s style) inFlow(value *yaml.Node, l layout) string {
	switch {
	case !s.json:
		return s.inline(value)
	case l.lines:
		return strings.ReplaceAll(jsonOf(value, l.indent, s.step), "\n", s.lineEnd)
	}
	return jsonOf(value, "", "")
}

// inline is a value in one line.
func (s style) inline(value *yaml.Node) string {
	if s.json {
		return jsonOf(value, "", "")
	}
	return s.encode(flowing(value))
}

// below is a collection in block style below the key that it belongs to.
func (s style) below(value *yaml.Node, l layout) string {
	indent := l.indent
	if value.Kind == yaml.MappingNode || s.deep {
		indent += s.step
	}
	return s.lineEnd + indent + s.indented(s.encode(value), indent)
}

// indented puts indent before every line of text but the first and those that are blank.
func (s style) indented(text, indent string) string {
	lines := strings.Split(text, "\n")
	for i := 1; i < len(lines); i++ {
		if lines[i] != "" {
			lines[i] = indent + lines[i]
		}
	}
	return strings.Join(lines, s.lineEnd)
}

// encode returns node as YAML without the last line end.
func (s style) encode(node *yaml.Node) string {
	if text, ok := s.simple(node); ok {
		return text
	}
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if !s.deep {
		encoder.CompactSeqIndent()
	}
	// Nodes made of JSON data can always be encoded, and verify reads the result.
	_ = encoder.Encode(node)
	_ = encoder.Close()
	return strings.TrimSuffix(out.String(), "\n")
}

// flowing returns a copy of node with brackets.
func flowing(node *yaml.Node) *yaml.Node {
	c := unaliased(node)
	var set func(*yaml.Node)
	set = func(n *yaml.Node) {
		if n.Kind == yaml.MappingNode || n.Kind == yaml.SequenceNode {
			n.Style |= yaml.FlowStyle
		}
		if n.Style == 0 && strings.ContainsAny(n.Value, ",[]{}") {
			n.Style = yaml.DoubleQuotedStyle // parsers differ about commas without a space
		}
		for _, child := range n.Content {
			set(child)
		}
	}
	set(c)
	return c
}

// jsonOf returns node as JSON, in lines behind indent if step is not empty.
func jsonOf(node *yaml.Node, indent, step string) string {
	var value any
	// As in encode: the nodes are made of JSON data.
	_ = node.Decode(&value)
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent(indent, step)
	_ = encoder.Encode(value)
	return strings.TrimSuffix(out.String(), "\n")
}
