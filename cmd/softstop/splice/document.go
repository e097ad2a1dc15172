package splice

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
	"gomodules.xyz/jsonpatch/v2"
	sigsyaml "sigs.k8s.io/yaml"
)

// Document is one document of a YAML or JSON text. It is for one goroutine at a time.
type Document struct {
	text       []byte
	data       []byte // the document as JSON, as Kubernetes reads it
	empty      bool
	operations []jsonpatch.Operation
	beyond     bool // the nodes do not say all that the operations do
	rewritten  bool // Text could not keep the text

	// root is the text, taken apart; nil if there is none, or if nobody needs it: it takes twenty times
	// the text.
	root    *yaml.Node
	*places // nil unless the text is being changed
}

// places say where in the text the nodes are, and what they were before they were changed.
type places struct {
	lines  []int // the offset of each line, as the YAML parser counts them
	breaks []int // the offset of each \n and \r

	was     map[*yaml.Node][]*yaml.Node // the children of collections as they were read
	aliases map[*yaml.Node][]*yaml.Node // the aliases of an anchored node
	place   map[*yaml.Node]place        // of every node that was read
}

// place is where a node was read.
type place struct {
	at    int    // the offset of its first byte
	alias string // the name, if it was an alias
}

// Problem is an error at a line of the document, counted from 1; 0 if it is not known.
type Problem struct {
	Line int
	Text string
}

func (p *Problem) Error() string { return p.Text }

// Parse reads one document.
func Parse(text []byte) (*Document, error) {
	d := &Document{text: text}
	var err error
	if d.root, err = rootOf(text); err != nil {
		return nil, err
	}
	d.empty = d.root == nil || d.root.Kind == yaml.ScalarNode && d.root.Tag == "!!null"
	if d.root != nil {
		if d.data, err = toJSON(text); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// rootOf parses text; nil if there is nothing but comments in it.
func rootOf(text []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(withoutSurrogates(text)))
	var document, more yaml.Node
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		if err != nil {
			return nil, err
		}
		return nil, &Problem{more.Line, "a document that ends with ... must be followed by ---"}
	}
	return document.Content[0], nil
}

// locate remembers where in the text the nodes are. Only who changes them needs it.
func (d *Document) locate() {
	d.places = &places{lines: lineStarts(d.text), was: map[*yaml.Node][]*yaml.Node{}, aliases: map[*yaml.Node][]*yaml.Node{}, place: map[*yaml.Node]place{}}
	for at, b := range d.text {
		if b == '\n' || b == '\r' {
			d.breaks = append(d.breaks, at)
		}
	}
	if d.root != nil {
		d.index(d.root, &cursor{})
	}
}

// read takes the text apart again if that was forgotten.
func (d *Document) read() {
	if d.root == nil {
		d.root, _ = rootOf(d.text) // it was read before
	}
}

// Forget gives the memory back that it takes to know where in the text what is. Whoever asks for it
// again gets it, for the time that it takes to read the text.
func (d *Document) Forget() { d.root, d.places = nil, nil }

// toJSON reads text as kubectl does: what looks like JSON as JSON, the rest as YAML.
func toJSON(text []byte) ([]byte, error) {
	if trimmed := bytes.TrimSpace(text); len(trimmed) > 0 && trimmed[0] == '{' && json.Valid(trimmed) {
		return trimmed, nil
	}
	return sigsyaml.YAMLToJSON(text)
}

// withoutSurrogates returns JSON text with other escapes, of the same length, in the place
// of those for halves of a character: YAML has none. Only places are read from it.
func withoutSurrogates(text []byte) []byte {
	if !json.Valid(text) {
		return text
	}
	return regexp.MustCompile(`\\u[dD][89a-fA-F][0-9a-fA-F]{2}`).ReplaceAll(text, []byte(`\u0020`))
}

// index remembers the nodes as they were read.
func (d *Document) index(node *yaml.Node, c *cursor) {
	d.place[node] = place{at: d.offset(c, node.Line, node.Column)}
	if node.Kind == yaml.AliasNode {
		d.place[node] = place{d.place[node].at, node.Value}
		d.aliases[node.Alias] = append(d.aliases[node.Alias], node)
		return
	}
	if node.Kind == yaml.MappingNode || node.Kind == yaml.SequenceNode {
		d.was[node] = slices.Clone(node.Content)
	}
	for _, child := range node.Content {
		d.index(child, c)
	}
}

// Empty reports whether there is nothing but comments in the document.
func (d *Document) Empty() bool { return d.empty }

// JSON returns the document as it was read, as JSON; nil if it is empty.
func (d *Document) JSON() []byte { return d.data }

// Line returns the line, counted from 1, of the value at path, or of the deepest part of
// path that exists.
func (d *Document) Line(path ...string) int {
	d.read()
	if d.root == nil {
		return 1
	}
	node, line := d.root, d.root.Line
	for _, token := range path {
		key, value := find(node, token)
		if value == nil {
			break
		}
		line, node = value.Line, value
		if key != nil {
			line = key.Line
		}
	}
	return line
}

// Size returns how many elements or keys the collection at path has; -1 if there is none.
func (d *Document) Size(path ...string) int {
	d.read()
	node := d.root
	for _, token := range path {
		_, node = find(node, token)
	}
	switch {
	case node == nil:
		return -1
	case node.Kind == yaml.AliasNode:
		node = node.Alias
	}
	switch node.Kind {
	case yaml.MappingNode:
		return len(node.Content) / 2
	case yaml.SequenceNode:
		return len(node.Content)
	default:
		return -1
	}
}

// Duplicate returns a key that a mapping at or below path has twice, or nil.
func (d *Document) Duplicate(path ...string) error {
	d.read()
	node := d.root
	for _, token := range path {
		_, node = find(node, token)
	}
	if p := duplicate(node); p != nil {
		return p
	}
	return nil
}

func duplicate(node *yaml.Node) *Problem {
	if node == nil {
		return nil
	}
	if node.Kind == yaml.MappingNode {
		seen := map[string]int{}
		for i := 0; i+1 < len(node.Content); i += 2 {
			key := node.Content[i]
			if first, twice := seen[key.Value]; twice && key.Value != mergeKey {
				return &Problem{key.Line, fmt.Sprintf("key %q is there twice, first in line %d of the document", key.Value, first)}
			}
			seen[key.Value] = key.Line
		}
	}
	for _, child := range node.Content {
		if p := duplicate(child); p != nil {
			return p
		}
	}
	return nil
}

// lineStarts returns the offset of each line. Line ends are those of the YAML parser, so
// that its line numbers mean the same lines.
func lineStarts(text []byte) []int {
	starts := []int{0}
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRune(text[at:])
		at += size
		switch r {
		case '\r':
			if at < len(text) && text[at] == '\n' {
				at++
			}
			starts = append(starts, at)
		case '\n', '\u0085', '\u2028', '\u2029':
			starts = append(starts, at)
		}
	}
	return starts
}
