package splice

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"go.yaml.in/yaml/v3"
)

// edit replaces the text from one offset to another.
type edit struct {
	from, to int
	text     string
}

// Text returns the document with what was changed: in place if that can be, else written anew.
func (d *Document) Text() ([]byte, error) {
	if len(d.operations) == 0 {
		return d.text, nil
	}
	expected, err := d.Changed()
	if err != nil {
		return nil, err
	}
	want, err := canonical(expected)
	if err != nil {
		return nil, fmt.Errorf("apply patch: %w", err)
	}
	if err := d.applyAll(); err != nil {
		return nil, err
	}
	text, err := d.inPlace()
	d.Forget() // the nodes are not those of the text any more, and take thirty times as much
	if err == nil && !d.beyond && means(text, want) {
		return text, nil
	}
	d.rewritten = true
	return d.anew(expected, want)
}

// Rewritten reports whether Text could not keep the text: comments may be gone.
func (d *Document) Rewritten() bool { return d.rewritten }

// inPlace returns the text with the edits that the nodes ask for.
func (d *Document) inPlace() ([]byte, error) {
	w := &writer{Document: d, style: d.style()}
	w.node(d.root)
	if w.err != nil {
		return nil, w.err
	}
	slices.SortStableFunc(w.edits, func(a, b edit) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	var out bytes.Buffer
	at := 0
	for _, e := range w.edits {
		if e.from < at {
			return nil, d.lost(e.from)
		}
		out.Write(d.text[at:e.from])
		out.WriteString(e.text)
		at = e.to
	}
	out.Write(d.text[at:])
	return out.Bytes(), nil
}

// means reports whether text says want, which is canonical.
func means(text, want []byte) bool {
	written, err := toJSON(text)
	if err != nil {
		return false
	}
	have, err := canonical(written)
	return err == nil && bytes.Equal(want, have)
}

// canonical returns JSON in the one form that everything has that means the same. Two of these take
// a tenth of the memory of what they are read into.
func canonical(data []byte) ([]byte, error) {
	var value any
	if err := json.Unmarshal(data, &value); err != nil {
		return nil, err
	}
	return json.Marshal(value)
}

// Changed returns the document with what was changed, as JSON; nil if it is empty.
func (d *Document) Changed() ([]byte, error) {
	if len(d.operations) == 0 {
		return d.data, nil
	}
	encoded, err := json.Marshal(d.operations)
	if err != nil {
		return nil, fmt.Errorf("encode patch: %w", err)
	}
	patch, err := jsonpatch.DecodePatch(encoded)
	if err != nil {
		return nil, fmt.Errorf("decode patch: %w", err)
	}
	changed, err := patch.Apply(d.data)
	if err != nil {
		return nil, fmt.Errorf("apply patch: %w", err)
	}
	return changed, nil
}

// writer finds the edits that make the text say what the nodes say.
type writer struct {
	*Document
	style style
	edits []edit
	err   error
}

func (w *writer) edit(from, to int, text string) { w.edits = append(w.edits, edit{from, to, text}) }

// endOf is end, with the error kept.
func (w *writer) endOf(node *yaml.Node) int {
	end, err := w.end(node)
	if err != nil && w.err == nil {
		w.err = err
	}
	return end
}

// part is one element of a list, or one key of a mapping with its value.
type part struct {
	key   *yaml.Node // nil in a list
	value *yaml.Node
}

// id is the node that a part is recognised by.
func (p part) id() *yaml.Node {
	if p.key != nil {
		return p.key
	}
	return p.value
}

func partsOf(kind yaml.Kind, children []*yaml.Node) []part {
	var parts []part
	for i := 0; i < len(children); i++ {
		if kind == yaml.MappingNode {
			parts = append(parts, part{children[i], children[i+1]})
			i++
		} else {
			parts = append(parts, part{nil, children[i]})
		}
	}
	return parts
}

// node writes the changes at and below a node that was read.
func (w *writer) node(node *yaml.Node) {
	old, collection := w.was[node]
	if !collection || w.err != nil {
		return
	}
	before, after := partsOf(node.Kind, old), partsOf(node.Kind, node.Content)
	now := map[*yaml.Node]part{}
	for _, p := range after {
		now[p.id()] = p
	}
	for _, p := range before {
		switch is, kept := now[p.id()]; {
		case !kept:
		case is.value != p.value || w.place[p.value].alias != "" && p.value.Kind != yaml.AliasNode:
			w.replace(node, p, is.value)
		default:
			w.node(p.value)
		}
	}
	// After what is below: of several edits at one place, the deepest comes first.
	if !slices.Equal(old, node.Content) {
		w.removals(node, before, now)
		w.additions(node, before, after, now)
	}
}

// removals takes out each run of parts that is gone.
func (w *writer) removals(node *yaml.Node, before []part, now map[*yaml.Node]part) {
	gone := func(i int) bool { _, kept := now[before[i].id()]; return !kept }
	for first := 0; first < len(before); first++ {
		if !gone(first) {
			continue
		}
		last := first
		for last+1 < len(before) && gone(last+1) {
			last++
		}
		begin, end := w.start(node, before[first]), w.endOf(before[last].value)
		block := node.Style&yaml.FlowStyle == 0
		switch {
		case block && w.startsLine(begin) && w.lineStart(begin) > 0:
			w.edit(w.previousLineEnd(begin), w.lineEnd(end), "")
		case last+1 < len(before):
			w.edit(begin, w.start(node, before[last+1]), "")
		case first > 0:
			w.edit(w.endOf(before[first-1].value), end, "")
		case block:
			w.err = w.lost(begin)
		default:
			w.edit(begin, end, "")
		}
		first = last
	}
}

// additions puts each new part before the old one that follows it, or at the end.
func (w *writer) additions(node *yaml.Node, before, after []part, now map[*yaml.Node]part) {
	old := map[*yaml.Node]bool{}
	last := -1 // the last of before that is still there
	for i, p := range before {
		old[p.id()] = true
		if _, kept := now[p.id()]; kept {
			last = i
		}
	}
	layout := w.layout(node, before)
	for i, p := range after {
		if old[p.id()] {
			continue
		}
		follows := slices.IndexFunc(after[i:], func(p part) bool { return old[p.id()] })
		switch {
		case follows >= 0:
			at := w.before(node, after[i+follows])
			w.edit(at, at, layout.beforeElement(w.style, p))
		case last >= 0:
			at := w.endOf(before[last].value)
			if layout.block {
				at = w.lineEnd(at)
			}
			w.edit(at, at, layout.separator+w.style.element(p, layout))
		case layout.block:
			w.err = w.lost(w.place[node].at)
		default:
			separator := ""
			if i > 0 {
				separator = layout.separator
			}
			at := w.value(node) + 1
			w.edit(at, at, separator+w.style.element(p, layout))
		}
	}
}

// replace writes another value: as a block where there is room for one, else in one line.
func (w *writer) replace(parent *yaml.Node, old part, value *yaml.Node) {
	from, to := w.place[old.value].at, w.endOf(old.value)
	if parent.Style&yaml.FlowStyle == 0 && old.key != nil && len(value.Content) > 0 && value.Style&yaml.FlowStyle == 0 && w.lineEnd(to) == to {
		after := w.endOf(old.key)
		if colon := bytes.IndexByte(w.text[after:], ':'); colon >= 0 {
			w.edit(after+colon+1, to, w.style.below(value, w.layout(parent, []part{old})))
			return
		}
	}
	space := ""
	if from == to && from > 0 && w.text[from-1] == ':' { // nothing was there
		space = " "
	}
	text := w.style.inline(value)
	if parent.Style&yaml.FlowStyle == 0 && value.Kind == yaml.ScalarNode && !w.style.json {
		text = w.style.encode(value) // outside of brackets a comma needs no quotes
	}
	w.edit(from, to, space+text)
}

// start returns where a part begins: its key, or its dash.
func (w *writer) start(node *yaml.Node, p part) int {
	at := w.place[p.id()].at
	if node.Kind == yaml.MappingNode || node.Style&yaml.FlowStyle != 0 {
		return at
	}
	for at > 0 {
		line := w.text[w.lineStart(at):at]
		if comment := bytes.IndexByte(line, '#'); comment >= 0 {
			line = line[:comment] // between a dash and its element nothing else has a #
		}
		if line = bytes.TrimRight(line, " \t"); len(line) > 0 {
			if at = w.lineStart(at) + len(line) - 1; w.text[at] == '-' {
				return at
			}
			break
		}
		at = w.previousLineEnd(at)
	}
	if w.err == nil {
		w.err = w.lost(max(at, 0))
	}
	return max(at, 0)
}

// before returns where to put a new part before p: above the comments above it.
func (w *writer) before(node *yaml.Node, p part) int {
	at := w.start(node, p)
	if node.Style&yaml.FlowStyle != 0 || !w.startsLine(at) {
		return at
	}
	at = w.lineStart(at)
	for at > 0 {
		above := w.lineStart(w.previousLineEnd(at))
		if !bytes.HasPrefix(bytes.TrimLeft(w.text[above:at], " \t"), []byte("#")) {
			break
		}
		at = above
	}
	return at
}

// previousLineEnd returns where the line above that of at ends, before its line end.
func (w *writer) previousLineEnd(at int) int {
	at = w.lineStart(at) - 1
	if at > 0 && w.text[at] == '\n' && w.text[at-1] == '\r' {
		at--
	}
	return at
}
