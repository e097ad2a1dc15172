package pid1

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/softstop/softstop/webhook/commandline"
)

// maxScript bounds what is parsed, in bytes.
const maxScript = 64 << 10

// ending is one way in which a script comes to rest: what then runs for long.
type ending struct {
	// words is the program that has taken the shell's place; nil if the shell is still there.
	words []string
	// front is what the shell has in front.
	front *syntax.Stmt
	// waits means that it is the builtin wait, at which traps run at once.
	waits bool
	// loop means that front is a loop, endless that nothing in its condition ends it.
	loop, endless bool
}

// reader reads one script as one kind of shell.
type reader struct {
	kind       shell
	text       string
	file       *syntax.File
	rest       []string // $0 and what follows
	functions  map[string]*syntax.Stmt
	way        map[*syntax.Stmt]bool // the commands for which the shell makes way by itself
	background []*syntax.Stmt
	around     Around
	depth      int
}

// ofScript judges the script of sh -c, which was parsed; file is nil if it cannot be.
func ofScript(kind shell, in commandline.Script, file *syntax.File, around Around, depth int) Answer {
	if file == nil || depth == 0 {
		return Answer{Fate: Script}
	}
	r := &reader{kind: kind, text: in.Text, file: file, rest: in.Words, functions: functionsOf(file), around: around, depth: depth}
	traps := r.trapsOf(file)
	if !in.Interactive && !traps.any {
		r.way = wayFor(kind, file.Stmts, in.Text)
	}
	ends, _ := r.list(file.Stmts)
	worst := Answer{}
	for _, e := range ends {
		if e.words != nil {
			worst = worse(worst, of(e.words, around, depth))
			continue
		}
		worst = worse(worst, r.stays(e, traps))
	}
	if worst.Fate == Stays || worst.Fate == Behind || worst.Fate == CutShort {
		worst.Script = in.Text
		worst.Rewritten = rewritten(file, in.Text, r, traps)
	}
	return worst
}

// parse parses a script in bash's grammar, which has dash's and busybox's in it; nil if it is none.
func parse(script string) *syntax.File {
	if len(script) > maxScript {
		return nil
	}
	file, err := syntax.NewParser().Parse(strings.NewReader(script), "")
	if err != nil {
		return nil
	}
	return file
}

func functionsOf(file *syntax.File) map[string]*syntax.Stmt {
	all := map[string]*syntax.Stmt{}
	syntax.Walk(file, func(node syntax.Node) bool {
		if f, is := node.(*syntax.FuncDecl); is {
			all[f.Name.Value] = f.Body
		}
		return true
	})
	return all
}

// list returns how statements one after the other come to rest, and whether nothing behind them
// is reached. What runs before something else that runs for long is its preparation.
func (r *reader) list(statements []*syntax.Stmt) (ends []ending, left bool) {
	for _, s := range statements {
		more, gone := r.statement(s)
		if len(more) > 0 {
			ends = append(taken(ends), more...)
		}
		if gone {
			return ends, true
		}
	}
	return ends, false
}

// taken returns those of ends in which the shell has made way.
func taken(ends []ending) (all []ending) {
	for _, e := range ends {
		if e.words != nil {
			all = append(all, e)
		}
	}
	return all
}

func (r *reader) statement(s *syntax.Stmt) (ends []ending, left bool) {
	if s.Background || s.Coprocess {
		r.background = append(r.background, s)
		return nil, false
	}
	switch cmd := s.Cmd.(type) {
	case *syntax.CallExpr:
		return r.call(s, cmd)
	case *syntax.BinaryCmd:
		return r.binary(s, cmd)
	case *syntax.Block:
		return r.list(cmd.Stmts)
	case *syntax.Subshell:
		if ends, left = r.list(cmd.Stmts); r.way[s] {
			return ends, left
		}
		return inChild(s, ends), false
	case *syntax.TimeClause:
		if cmd.Stmt != nil {
			ends, _ = r.statement(cmd.Stmt)
		}
		return inChild(s, ends), false
	case *syntax.IfClause:
		return r.branches(cmd)
	case *syntax.CaseClause:
		return r.cases(cmd)
	case *syntax.WhileClause:
		return r.loop(s, cmd)
	case *syntax.ForClause:
		inner, _ := r.list(cmd.Do)
		if still := len(inner) > len(taken(inner)); still {
			return append(taken(inner), ending{front: s, loop: true}), false
		}
		return inner, false
	case *syntax.CoprocClause:
		r.background = append(r.background, cmd.Stmt)
	}
	return nil, false
}

// inChild is what s comes to if its commands ended so, each in a child of the shell.
func inChild(s *syntax.Stmt, ends []ending) []ending {
	if len(ends) == 0 {
		return nil
	}
	return []ending{{front: s}}
}

func (r *reader) binary(s *syntax.Stmt, cmd *syntax.BinaryCmd) (ends []ending, left bool) {
	first, gone := r.statement(cmd.X)
	if cmd.Op == syntax.Pipe || cmd.Op == syntax.PipeAll {
		second, _ := r.statement(cmd.Y)
		return inChild(s, append(first, second...)), false
	}
	if gone {
		return first, true
	}
	second, _ := r.statement(cmd.Y)
	if len(second) > 0 {
		return append(taken(first), second...), false
	}
	return first, false
}

func (r *reader) branches(clause *syntax.IfClause) (ends []ending, left bool) {
	left = true
	for c := clause; c != nil; c = c.Else {
		condition, _ := r.list(c.Cond)
		ends = append(ends, taken(condition)...)
		inner, gone := r.list(c.Then)
		ends = append(ends, inner...)
		left = left && gone
		if c.Else == nil && len(c.Cond) > 0 {
			left = false // no else
		}
	}
	return ends, left
}

func (r *reader) cases(clause *syntax.CaseClause) (ends []ending, left bool) {
	all, others := true, false
	for _, item := range clause.Items {
		inner, gone := r.list(item.Stmts)
		ends = append(ends, inner...)
		all = all && gone
		for _, pattern := range item.Patterns {
			others = others || pattern.Lit() == "*"
		}
	}
	return ends, all && others
}

func (r *reader) loop(s *syntax.Stmt, cmd *syntax.WhileClause) (ends []ending, left bool) {
	condition, _ := r.list(cmd.Cond)
	inner, gone := r.list(cmd.Do)
	endless := constant(cmd)
	if gone && endless && len(inner) == len(taken(inner)) {
		return inner, true
	}
	ends = taken(inner)
	if endless || len(inner) > len(ends) || len(condition) > 0 {
		ends = append(ends, ending{front: s, loop: true, endless: endless})
	}
	return ends, false
}

// constant reports whether a loop's condition never changes.
func constant(cmd *syntax.WhileClause) bool {
	if len(cmd.Cond) != 1 {
		return false
	}
	switch c := cmd.Cond[0].Cmd.(type) {
	case *syntax.CallExpr:
		first := ""
		if len(c.Args) > 0 {
			first = c.Args[0].Lit()
		}
		always := first == "true" || first == ":" || first == "[" && len(c.Args) == 3
		return always && !cmd.Until || first == "false" && cmd.Until
	case *syntax.ArithmCmd:
		return true
	case *syntax.TestClause:
		word, plain := c.X.(*syntax.Word)
		return plain && word.Lit() != ""
	}
	return false
}

// call is about a simple command.
func (r *reader) call(s *syntax.Stmt, cmd *syntax.CallExpr) (ends []ending, left bool) {
	words := r.words(cmd.Args)
	for len(words) > 1 && (words[0] == "command" || words[0] == "builtin") {
		words = words[1:]
	}
	if len(words) == 0 {
		return nil, false
	}
	switch name := words[0]; {
	case name == "exec":
		if words = executed(words[1:]); len(words) > 0 {
			return []ending{{words: words}}, true
		}
		return nil, false
	case name == "exit":
		return nil, true
	case name == "eval":
		return r.evaluated(s, words[1:])
	case name == "wait":
		return []ending{{front: s, waits: true}}, false
	case endsSoon(words):
		return nil, false
	case r.functions[name] != nil:
		return r.called(name)
	case r.way[s]:
		return []ending{{words: words}}, false
	}
	return []ending{{front: s}}, false
}

// called is about a function; one that calls itself is looked at once.
func (r *reader) called(name string) (ends []ending, left bool) {
	body := r.functions[name]
	r.functions[name] = nil
	defer func() { r.functions[name] = body }()
	return r.statement(body)
}

// executed removes the options of exec.
func executed(words []string) []string {
	for len(words) > 0 && strings.HasPrefix(words[0], "-") {
		if words[0] == "-a" && len(words) > 1 {
			words = words[1:]
		}
		words = words[1:]
	}
	return words
}

// evaluated is about eval: its text is read, if it is known.
func (r *reader) evaluated(s *syntax.Stmt, words []string) (ends []ending, left bool) {
	file := parse(strings.Join(words, " "))
	if file == nil || slices.Contains(words, "") {
		return []ending{{front: s}}, false
	}
	return r.list(file.Stmts)
}

// words returns what is known of a command's words: "" for one that only a running shell knows.
func (r *reader) words(args []*syntax.Word) (words []string) {
	for _, arg := range args {
		switch text := r.source(arg); text {
		case `"$@"`, `$@`, `$*`:
			words = append(words, r.rest[min(1, len(r.rest)):]...)
		case `"$0"`, `$0`:
			words = append(words, slices.Concat(r.rest, []string{""})[0])
		default:
			words = append(words, literal(arg))
		}
	}
	return words
}

// literal returns a word's text if it has no expansions.
func literal(word *syntax.Word) string {
	var out strings.Builder
	for _, part := range word.Parts {
		switch p := part.(type) {
		case *syntax.Lit:
			out.WriteString(strings.ReplaceAll(p.Value, "\\", ""))
		case *syntax.SglQuoted:
			out.WriteString(p.Value)
		case *syntax.DblQuoted:
			for _, inner := range p.Parts {
				text, is := inner.(*syntax.Lit)
				if !is {
					return ""
				}
				out.WriteString(text.Value)
			}
		default:
			return ""
		}
	}
	return out.String()
}

// source is the text of a node as the script has it.
func (r *reader) source(node syntax.Node) string {
	from, to := int(node.Pos().Offset()), int(node.End().Offset())
	if from > to || to > len(r.text) {
		return ""
	}
	return r.text[from:to]
}

// endsSoon reports whether a command is known to end by itself at once, or to be part of the shell.
func endsSoon(words []string) bool {
	switch words[0] {
	case "cat", "grep", "sort", "sed", "awk":
		return len(words) > 1 && words[len(words)-1] != "-" && !slices.ContainsFunc(words[1:], func(w string) bool { return strings.HasPrefix(w, "/dev/") })
	}
	return slices.Contains([]string{
		"echo", "printf", "true", "false", ":", "test", "[", "cd", "export", "set", "unset", "shift", "umask", "ulimit", "trap", "read", "local",
		"return", "break", "continue", "shopt", "alias", "kill", "pkill", "killall", "jobs", "type", "hash", "getopts", "readonly", "declare", ".", "source", "pwd",
		"mkdir", "cp", "mv", "rm", "ln", "chmod", "chown", "touch", "date", "id", "ls", "hostname", "uname", "env", "printenv", "which", "basename", "dirname",
		"head", "tr", "cut", "wc", "seq", "rmdir", "mktemp", "whoami", "sysctl", "mount", "umount", "expr", "stat", "readlink", "realpath",
	}, words[0]) && (words[0] != "env" || len(words) == 1)
}
