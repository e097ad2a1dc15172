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
	// words are $0, $1 and so on; given are the variables that it begins with.
	words []string
	given Variables
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

// Variables returns the value of an environment variable, if it is known.
type Variables func(name string) (value string, known bool)

// parse reads a script; nil if nobody can, or should.
func parse(script string, words []string, given Variables) *text {
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
	t := &text{file: file, given: given, words: words[:min(len(words), maxWords):min(len(words), maxWords)], values: map[string][]string{}, most: 1, functions: map[string]*syntax.Stmt{}}
	syntax.Walk(file, func(node syntax.Node) bool {
		switch n := node.(type) {
		case *syntax.Assign:
			switch {
			case n.Name == nil:
			case n.Value != nil:
				t.give(n.Name.Value, n.Value)
			case n.Array != nil:
				t.giveList(n.Name.Value, n.Array)
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

// giveList is give for a list, whose words stand in one value.
func (t *text) giveList(name string, list *syntax.ArrayExpr) {
	all := &syntax.Word{}
	for _, element := range list.Elems {
		if element.Value != nil {
			all.Parts = append(append(all.Parts, element.Value.Parts...), &syntax.Lit{Value: " "})
		}
	}
	t.give(name, all)
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
			switch part := part.(type) {
			case *syntax.ParamExp, *syntax.CmdSubst:
				bare = true
			case *syntax.DblQuoted:
				list, is := only(part.Parts).(*syntax.ParamExp)
				bare = bare || is && isList(list)
			}
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

// isList reports whether p is all of a list: ${LIST[@]}.
func isList(p *syntax.ParamExp) bool {
	word, is := p.Index.(*syntax.Word)
	return is && (word.Lit() == "@" || word.Lit() == "*")
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
		case *syntax.CmdSubst:
			b.WriteString(t.found(p))
		default:
			b.WriteString(unknown)
		}
		if b.Len() > maxText {
			return unknown
		}
	}
	return b.String()
}

// found is what a command in $() says, if it only looks for a file: $(which systemd).
func (t *text) found(c *syntax.CmdSubst) string {
	if len(c.Stmts) != 1 {
		return unknown
	}
	call, is := c.Stmts[0].Cmd.(*syntax.CallExpr)
	if !is || len(call.Args) < 2 {
		return unknown
	}
	last := t.value(call.Args[len(call.Args)-1].Parts, false)
	switch call.Args[0].Lit() {
	case "which", "readlink", "realpath", "echo":
		return last
	case "command", "type":
		if strings.HasPrefix(call.Args[1].Lit(), "-") {
			return last
		}
	}
	return unknown
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
	if p.Param == nil || p.Length || p.Excl || p.Slice != nil || p.Repl != nil || p.Index != nil && !isList(p) {
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
	if t.given != nil && len(t.values[name]) == 0 {
		if value, known := t.given(name); known && (value != "" || p.Exp == nil) {
			return value
		}
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
