package commandline

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// The bounds of a text that is parsed. The parser calls itself for everything that opens.
const (
	maxText   = 32 << 10
	maxOpened = 500
)

// unknown stands in a word for what is not known before it runs.
const unknown = "\x00"

// text is a script for a shell, parsed.
type text struct {
	file *syntax.File
	// words are $0, $1 and so on.
	words []string
	// values are what the text itself gives its variables, in its order.
	values map[string][]string
	// most is how many values the variable with most has; pick says which of them to take.
	most, pick int
	functions  map[string]*syntax.Stmt
}

// The bounds of what is known about a text: values of one variable, and words for "$@".
const (
	maxValues = 8
	maxWords  = 256
)

// parse reads a script; nil if nobody can, or should.
func parse(script string, words []string) *text {
	opened := 0
	for _, bracket := range "({[`$" {
		opened += strings.Count(script, string(bracket))
	}
	if len(script) > maxText || opened > maxOpened {
		return nil
	}
	file, err := syntax.NewParser().Parse(strings.NewReader(script), "")
	if err != nil {
		return nil
	}
	t := &text{file: file, words: words[:min(len(words), maxWords):min(len(words), maxWords)], values: map[string][]string{}, most: 1, functions: map[string]*syntax.Stmt{}}
	syntax.Walk(file, func(node syntax.Node) bool {
		switch n := node.(type) {
		case *syntax.Assign:
			if n.Name != nil && n.Value != nil {
				t.give(n.Name.Value, n.Value)
			}
		case *syntax.WordIter:
			for _, item := range n.Items {
				t.give(n.Name.Value, item)
			}
		case *syntax.ParamExp:
			if n.Exp != nil && (n.Exp.Op == syntax.AssignUnset || n.Exp.Op == syntax.AssignUnsetOrNull) && n.Exp.Word != nil && n.Param != nil {
				t.give(n.Param.Value, n.Exp.Word)
			}
		case *syntax.FuncDecl:
			if n.Name != nil {
				t.functions[n.Name.Value] = n.Body
			}
		}
		return true
	})
	return t
}

func (t *text) give(name string, value *syntax.Word) {
	if values := t.values[name]; len(values) < maxValues {
		t.values[name] = append(values, t.value(value.Parts, false))
		t.most = max(t.most, len(t.values[name]))
	}
}

// fields are the words that a command's words become.
func (t *text) fields(words []*syntax.Word) (fields []string) {
	for _, word := range words {
		if t.isAll(word) {
			fields = append(fields, from(t.words, 1)...)
			continue
		}
		value, bare := t.value(word.Parts, false), false
		for _, part := range word.Parts {
			_, expands := part.(*syntax.ParamExp)
			bare = bare || expands
		}
		if bare {
			fields = append(fields, strings.Fields(value)...)
		} else {
			fields = append(fields, value)
		}
	}
	return fields
}

// isAll reports whether word is "$@" or $*.
func (t *text) isAll(word *syntax.Word) bool {
	parts := word.Parts
	if quoted, is := only(parts).(*syntax.DblQuoted); is {
		parts = quoted.Parts
	}
	all, is := only(parts).(*syntax.ParamExp)
	return is && all.Exp == nil && all.Param != nil && (all.Param.Value == "@" || all.Param.Value == "*")
}

func only(parts []syntax.WordPart) syntax.WordPart {
	if len(parts) == 1 {
		return parts[0]
	}
	return nil
}

// value is what the parts of a word amount to, with unknown for what cannot be known.
func (t *text) value(parts []syntax.WordPart, quoted bool) string {
	var b strings.Builder
	for _, part := range parts {
		switch p := part.(type) {
		case *syntax.Lit:
			b.WriteString(unescaped(p.Value, quoted))
		case *syntax.SglQuoted:
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			b.WriteString(t.value(p.Parts, true))
		case *syntax.ParamExp:
			b.WriteString(t.parameter(p))
		default:
			b.WriteString(unknown)
		}
		if b.Len() > maxText {
			return unknown
		}
	}
	return b.String()
}

// unescaped takes the backslashes away that a shell takes away.
func unescaped(literal string, quoted bool) string {
	if !strings.Contains(literal, `\`) {
		return literal
	}
	var b strings.Builder
	for i := 0; i < len(literal); i++ {
		if literal[i] == '\\' && i+1 < len(literal) && (!quoted || strings.IndexByte("$`\"\\\n", literal[i+1]) >= 0) {
			if i++; literal[i] == '\n' {
				continue
			}
		}
		b.WriteByte(literal[i])
	}
	return b.String()
}

func (t *text) parameter(p *syntax.ParamExp) string {
	if p.Param == nil || p.Length || p.Excl || p.Slice != nil || p.Repl != nil || p.Index != nil {
		return unknown
	}
	name := p.Param.Value
	if len(name) == 1 && name[0] >= '0' && name[0] <= '9' {
		if n := int(name[0] - '0'); n < len(t.words) {
			return t.words[n]
		}
		return t.otherwise(p, "")
	}
	if values := t.values[name]; len(values) > 0 && !strings.Contains(values[min(t.pick, len(values)-1)], unknown) {
		return values[min(t.pick, len(values)-1)]
	}
	return t.otherwise(p, unknown)
}

// otherwise is what ${NAME:-WORD} says.
func (t *text) otherwise(p *syntax.ParamExp, nothing string) string {
	if p.Exp == nil || p.Exp.Word == nil {
		return nothing
	}
	switch p.Exp.Op {
	case syntax.DefaultUnset, syntax.DefaultUnsetOrNull, syntax.AssignUnset, syntax.AssignUnsetOrNull:
		return t.value(p.Exp.Word.Parts, false)
	default:
		return unknown
	}
}
