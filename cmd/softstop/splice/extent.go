package splice

import (
	"bytes"
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// cursor turns the parser's lines and columns into offsets. Nodes are asked for in the order of the
// text, so that on a long line every character is walked once.
type cursor struct{ line, column, at int }

// offset returns where in the text the parser's line and column are.
func (d *Document) offset(c *cursor, line, column int) int {
	if line != c.line || column < c.column {
		*c = cursor{line, 1, d.lines[min(line, len(d.lines))-1]}
	}
	for ; c.column < column && c.at < len(d.text); c.column++ {
		_, size := utf8.DecodeRune(d.text[c.at:])
		c.at += size
	}
	return c.at
}

// value returns where node's own text begins, after its anchor and tag.
func (d *Document) value(node *yaml.Node) int {
	at := d.place[node].at
	for node.Kind != yaml.AliasNode && at < len(d.text) && (d.text[at] == '&' || d.text[at] == '!') {
		for at < len(d.text) && !isSpace(d.text[at]) {
			at++
		}
		if isEmptyScalar(node) {
			return at
		}
		at = d.skipSpace(at)
	}
	return at
}

// end returns the offset behind node as it was read, without comments that follow.
func (d *Document) end(node *yaml.Node) (int, error) {
	if p := d.place[node]; p.alias != "" {
		return p.at + 1 + len(p.alias), nil
	}
	children := d.was[node]
	switch node.Kind {
	case yaml.MappingNode, yaml.SequenceNode:
		at := d.value(node) + 1
		if len(children) > 0 {
			var err error
			if at, err = d.end(children[len(children)-1]); err != nil {
				return 0, err
			}
		}
		if open := d.text[d.value(node)]; node.Style&yaml.FlowStyle == 0 || open != '{' && open != '[' {
			return at, nil // a block, or a single pair in a flow list
		}
		return d.closing(at)
	default:
		return d.scalarEnd(node)
	}
}

// closing returns the offset behind the bracket that ends a flow collection, at being
// behind its last element.
func (d *Document) closing(at int) (int, error) {
	for at = d.skipSpace(at); at < len(d.text) && d.text[at] == ','; {
		at = d.skipSpace(at + 1)
	}
	if at < len(d.text) && (d.text[at] == '}' || d.text[at] == ']') {
		return at + 1, nil
	}
	return 0, d.lost(at)
}

func (d *Document) scalarEnd(node *yaml.Node) (int, error) {
	at := d.value(node)
	switch {
	case isEmptyScalar(node):
		return at, nil
	case node.Style&yaml.DoubleQuotedStyle != 0:
		for i := at + 1; i < len(d.text); i++ {
			switch d.text[i] {
			case '\\':
				i++
			case '"':
				return i + 1, nil
			}
		}
	case node.Style&yaml.SingleQuotedStyle != 0:
		for i := at + 1; i < len(d.text); i++ {
			if d.text[i] == '\'' {
				if i++; i >= len(d.text) || d.text[i] != '\'' {
					return i, nil
				}
			}
		}
	case node.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return d.blockEnd(at, node.Value), nil
	default:
		return d.plainEnd(at, node.Value)
	}
	return 0, d.lost(at)
}

// blockEnd returns the end of a literal or folded text whose header is at at: behind the
// last line that is indented like its first.
func (d *Document) blockEnd(at int, value string) int {
	end := d.lineEnd(at)
	keep := bytes.ContainsRune(d.text[at:end], '+')
	deep := -1
	for next := d.nextLine(end); next < len(d.text); next = d.nextLine(d.lineEnd(next)) {
		stop := d.lineEnd(next)
		line := string(d.text[next:stop])
		indent := len(line) - len(strings.TrimLeft(line, " "))
		if indent == len(line) && (deep < 0 || indent <= deep) { // a blank line
			if keep {
				end = stop
			}
			continue
		}
		if deep < 0 {
			// The value's first line keeps what exceeds the text's own indentation.
			first := strings.TrimLeft(value, "\n")
			deep = indent - (len(first) - len(strings.TrimLeft(first, " ")))
		}
		if indent < deep || deep == 0 {
			break
		}
		end = stop
	}
	return end
}

// plainEnd returns the end of an unquoted text: that of its words, which line ends may
// separate.
func (d *Document) plainEnd(at int, value string) (int, error) {
	for rest := value; rest != ""; {
		word, after, _ := strings.Cut(strings.ReplaceAll(rest, "\n", " "), " ")
		if !bytes.HasPrefix(d.text[at:], []byte(word)) {
			return 0, d.lost(at)
		}
		at += len(word)
		if rest = strings.TrimLeft(after, " "); rest != "" {
			for at < len(d.text) && isSpace(d.text[at]) {
				at++
			}
		}
	}
	return at, nil
}

// skipSpace returns the offset of the first byte from at on that is neither space nor
// comment.
func (d *Document) skipSpace(at int) int {
	for at < len(d.text) {
		switch {
		case isSpace(d.text[at]):
			at++
		case d.text[at] == '#' && (at == 0 || isSpace(d.text[at-1])):
			at = d.lineEnd(at)
		default:
			return at
		}
	}
	return at
}

// lineEnd returns where the line of at ends, before its line end.
func (d *Document) lineEnd(at int) int {
	if i := sort.SearchInts(d.breaks, at); i < len(d.breaks) {
		return d.breaks[i]
	}
	return len(d.text)
}

// nextLine returns where the line behind the line end at at begins.
func (d *Document) nextLine(at int) int {
	if at < len(d.text) && d.text[at] == '\r' {
		at++
	}
	if at < len(d.text) && d.text[at] == '\n' {
		at++
	}
	return at
}

// lineStart returns where the line of at begins.
func (d *Document) lineStart(at int) int {
	if i := sort.SearchInts(d.breaks, at); i > 0 {
		return d.breaks[i-1] + 1
	}
	return 0
}

// startsLine reports whether nothing but spaces is before at on its line.
func (d *Document) startsLine(at int) bool {
	return len(bytes.TrimLeft(d.text[d.lineStart(at):at], " \t")) == 0
}

func (d *Document) lost(at int) error {
	line := 1 + bytes.Count(d.text[:min(at, len(d.text))], []byte("\n"))
	return &Problem{line, fmt.Sprintf("line %d of the document has a layout that cannot be changed in place", line)}
}

func isSpace(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

// isEmptyScalar reports whether node is a value that has no text, as after "key:".
func isEmptyScalar(node *yaml.Node) bool {
	return node.Kind == yaml.ScalarNode && node.Value == "" &&
		node.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
}
