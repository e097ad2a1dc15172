package commandline

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/softstop/softstop/initbin/program"
)

// End is a program that a command line can end up executing as its own process.
type End struct {
	// Words are the program and its arguments, as far as they are known.
	Words []string
	// Becomes means that every program before it makes way for it, if it comes to that.
	// Otherwise it may run below a shell, a sudo or a script, or not at all.
	Becomes bool
}

// Ends returns the programs that words can end up executing: the first word, or whatever
// stands behind the words before it. An unknown program is one, and the commands that it may
// be given as arguments are others. given are the variables that shells begin with; nil if none
// is known.
func Ends(words []string, given Variables) []End {
	s := search{room: maxText, given: given}
	s.line(words, true, 0)
	return s.ends
}

// The bounds of one search.
const (
	maxDepth = 8
	maxEnds  = 64
)

type search struct {
	ends  []End
	room  int // bytes of text that may still be parsed
	given Variables
	// shallow means that the arguments of unknown programs are looked at already.
	shallow bool
}

func (s *search) add(words []string, becomes bool) {
	same := func(e End) bool { return e.Words[0] == words[0] && e.Becomes == becomes }
	if len(s.ends) < maxEnds && !slices.ContainsFunc(s.ends, same) {
		s.ends = append(s.ends, End{words, becomes})
	}
}

// line looks at one command line.
func (s *search) line(words []string, becomes bool, depth int) {
	if len(words) == 0 || depth > maxDepth {
		return
	}
	if script, is := ScriptOf(words); is {
		s.script(script, words, becomes, depth+1)
		return
	}
	switch p := program.Of(words[0]); p.Kind {
	case program.Runner:
		rest, text := behind(p.Before, words)
		becomes = becomes && !p.Stays
		if p.Before.Assigns {
			defer s.give(ahead(words, rest)[1:])()
		}
		if text != "" {
			s.script(Script{Inline: true, Text: text, Words: []string{"sh"}}, words, becomes, depth+1)
		}
		s.line(rest, becomes, depth+1)
	case program.Multicall:
		s.line(words[1:], becomes, depth+1)
	case program.Ordinary:
		s.add(words, becomes)
		s.arguments(words, depth+1)
	default:
		s.add(words, becomes)
	}
}

// give adds the NAME=VALUE among words to the variables, and returns what takes them away.
func (s *search) give(words []string) (back func()) {
	before := s.given
	values := map[string]string{}
	for _, word := range words {
		if name, value, _ := strings.Cut(word, "="); isAssignment(word) {
			values[name] = value
		}
	}
	s.given = func(name string) (string, bool) {
		value, known := values[name]
		if !known && before != nil {
			return before(name)
		}
		return value, known
	}
	return func() { s.given = before }
}

// script looks at what a shell is told to run; words are the shell's.
func (s *search) script(script Script, words []string, becomes bool, depth int) {
	switch {
	case !script.Inline:
		s.add(words, becomes)
		s.arguments(script.Words, depth)
	case len(script.Text) > s.room:
		s.files(script.Text)
	default:
		s.room -= len(script.Text)
		t := parse(script.Text, script.Words, s.given)
		if t == nil {
			s.files(script.Text)
			return
		}
		w := walk{search: s, text: t, becomes: becomes, depth: depth}
		w.list(t.file.Stmts, true)
	}
}

// arguments looks for the command that an unknown program may have been given.
func (s *search) arguments(words []string, depth int) {
	if len(words) == 0 || s.shallow {
		return
	}
	if strings.Contains(path.Base(words[0]), "entrypoint") {
		s.unsure(words[1:], depth)
	}
	option := false
	for i, word := range words[1:] {
		rest := words[1+i:]
		switch p := program.Of(word); {
		case word == "--":
			s.unsure(rest[1:], depth)
		case p.Kind == program.System && path.IsAbs(word) && (!option || path.Dir(word) != "/"):
			s.add(rest, false)
		case p.Kind == program.Shell:
			if script, _ := ScriptOf(rest); script.Inline {
				s.unsure(rest, depth)
			}
		}
		option = strings.HasPrefix(word, "-") && word != "--" && !strings.Contains(word, "=")
	}
}

// unsure looks at a command line that may be executed. Ordinary programs in it are none of
// the ends: they are arguments for all that is known.
func (s *search) unsure(words []string, depth int) {
	below := search{room: s.room, given: s.given, shallow: true}
	below.line(words, false, depth)
	s.room = below.room
	for _, end := range below.ends {
		if kind := program.Of(end.Words[0]).Kind; kind == program.System || kind == program.Init {
			s.add(end.Words, false)
		}
	}
}

// files looks for the files that are a system's in a text that is not parsed.
func (s *search) files(text string) {
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(" \t\n;&|(){}\"'`=", r) }) {
		if path.IsAbs(word) && path.Dir(word) != "/" && program.Of(word).Kind == program.System {
			s.add([]string{word}, false)
		}
	}
}

// walk goes through a text for what can take the shell's place: what is executed by exec,
// and what is its last command.
type walk struct {
	*search
	text    *text
	becomes bool
	depth   int
	inside  []string // the functions that are being looked at
}

// list looks at statements; last means that nothing comes after them.
func (w *walk) list(statements []*syntax.Stmt, last bool) {
	for i, statement := range statements {
		w.statement(statement, last && i == len(statements)-1)
	}
}

func (w *walk) statement(s *syntax.Stmt, last bool) {
	if s == nil || s.Background || s.Coprocess {
		return
	}
	switch cmd := s.Cmd.(type) {
	case *syntax.CallExpr:
		w.call(cmd, last)
	case *syntax.BinaryCmd:
		if cmd.Op == syntax.AndStmt || cmd.Op == syntax.OrStmt {
			w.statement(cmd.X, false)
			w.statement(cmd.Y, last)
		}
	case *syntax.Block:
		w.list(cmd.Stmts, last)
	case *syntax.Subshell:
		below := *w
		below.becomes = false
		below.list(cmd.Stmts, last)
	case *syntax.IfClause:
		for clause := cmd; clause != nil; clause = clause.Else {
			w.list(clause.Cond, false)
			w.list(clause.Then, last)
		}
	case *syntax.CaseClause:
		for _, item := range cmd.Items {
			w.list(item.Stmts, last)
		}
	case *syntax.WhileClause:
		w.list(cmd.Cond, false)
		w.list(cmd.Do, false)
	case *syntax.ForClause:
		w.list(cmd.Do, false)
	case *syntax.FuncDecl:
		w.statement(cmd.Body, false)
	case *syntax.TimeClause:
		w.statement(cmd.Stmt, false)
	}
}

// call looks at one command, with each of the values that its variables can have.
func (w *walk) call(call *syntax.CallExpr, last bool) {
	var before []string
	for pick := range w.text.most {
		w.text.pick = pick
		words := w.text.fields(call.Args)
		w.text.pick = 0
		if pick == 0 || !slices.Equal(words, before) {
			w.command(words, last)
		}
		before = words
	}
}

func (w *walk) command(words []string, last bool) {
	for len(words) > 1 && (words[0] == "command" || words[0] == "builtin") && !strings.HasPrefix(words[1], "-") {
		words = words[1:]
	}
	if len(words) == 0 {
		return
	}
	body, isFunction := w.text.functions[words[0]]
	switch {
	case words[0] == "exec":
		w.line(words, w.becomes, w.depth+1)
	case words[0] == "set" && len(words) > 1 && words[1] == "--":
		w.text.words = append(w.text.words[:min(1, len(w.text.words)):1], words[2:]...)
	case isFunction:
		if last && !slices.Contains(w.inside, words[0]) {
			w.inside = append(w.inside, words[0])
			w.statement(body, true)
		}
	case words[0] == "eval":
		w.inner(strings.Join(words[1:], " "), last)
	case words[0] == "trap" && len(words) > 1:
		w.inner(words[1], false)
	case last:
		w.line(words, false, w.depth+1)
	}
}

// inner looks at a text in the text, which the same shell runs.
func (w *walk) inner(script string, last bool) {
	if len(script) > w.room || w.depth >= maxDepth {
		return
	}
	w.room -= len(script)
	if t := parse(script, w.text.words, w.given); t != nil {
		below := walk{search: w.search, text: t, becomes: w.becomes, depth: w.depth + 1}
		below.list(t.file.Stmts, last)
	}
}
