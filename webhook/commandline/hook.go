package commandline

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"mvdan.cc/sh/v3/syntax"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/program"
)

// Hook is what the command of a preStop hook does, as far as it is written there.
type Hook struct {
	// Length is how long it takes at least: the sum of its sleeps, with those left out that
	// it may skip. Endless means that it never ends by itself; then Length says nothing.
	Length  time.Duration
	Endless bool
	// Stops means that it stops the program, or can: nginx -s quit. Before is how long it
	// sleeps before that.
	Stops  bool
	Before time.Duration
	// ToProcess1 is the signal that it stops the program with if it sends one to process 1;
	// 0 if it does so in another way.
	ToProcess1 initbin.Signal
}

// maxSleep bounds what is believed of a sleep, far from overflow.
const maxSleep = 24 * time.Hour

// HookOf reads the command of a hook.
func HookOf(words []string) Hook { return hookOf(words, 0) }

func hookOf(words []string, depth int) Hook {
	if len(words) == 0 || depth > maxDepth {
		return Hook{}
	}
	if script, is := ScriptOf(words); is {
		return scriptHook(script, depth)
	}
	switch p := program.Of(words[0]); {
	case p.Kind == program.Multicall:
		return hookOf(words[1:], depth+1)
	case p.Name == "timeout":
		return timeoutHook(p, words, depth)
	case p.Kind == program.Runner:
		rest, text := behind(p.Before, words)
		if p.Name == "xargs" { // pidof app | xargs kill
			rest = append(slices.Clip(rest), unknown)
		}
		if text != "" {
			return scriptHook(Script{Inline: true, Text: text}, depth)
		}
		return hookOf(rest, depth+1)
	case p.Name == "sleep" || p.Name == initbin.Name && len(words) > 2 && words[1] == "sleep":
		return sleepHook(words[1:])
	}
	if stops, signal := stopping(words); stops {
		return Hook{Stops: true, ToProcess1: signal}
	}
	return Hook{}
}

// timeoutHook is that of timeout DURATION COMMAND, which may cut the command short.
func timeoutHook(p program.Program, words []string, depth int) Hook {
	rest, _ := behind(p.Before, words)
	hook := hookOf(rest, depth+1)
	if at := len(words) - len(rest) - 1; len(rest) > 0 && at > 0 {
		if limit, ok := sleepTime(words[at]); ok && limit > 0 && (hook.Endless || hook.Length > limit) {
			hook.Length, hook.Endless = limit, false
		}
	}
	return hook
}

// sleepHook is that of sleep TIME….
func sleepHook(times []string) (hook Hook) {
	for _, word := range times {
		if word == "infinity" || word == "inf" {
			return Hook{Endless: true}
		}
		length, ok := sleepTime(word)
		if !ok && word != "sleep" {
			return Hook{}
		}
		hook.Length = min(hook.Length+length, maxSleep)
	}
	return hook
}

// sleepTime reads what sleep takes: 5, 0.5, 5s, 1m, 1h, 1d; and 1m30s, which the init takes.
func sleepTime(word string) (time.Duration, bool) {
	if number, err := strconv.ParseFloat(strings.TrimSuffix(word, "d"), 64); err == nil && number >= 0 {
		unit := time.Second
		if strings.HasSuffix(word, "d") {
			unit = 24 * time.Hour
		}
		return time.Duration(min(number*float64(unit), float64(maxSleep))), true
	}
	length, err := time.ParseDuration(word)
	return min(length, maxSleep), err == nil && length >= 0
}

// flow is what a part of a script does, one thing after the other.
type flow struct {
	Hook
	// ended means that nothing after it is run: exit, exec.
	ended bool
}

// then is f and afterwards g.
func (f flow) then(g flow) flow {
	if f.ended || f.Endless {
		return f
	}
	if !f.Stops && g.Stops {
		f.Stops, f.Before, f.ToProcess1 = true, f.Length+g.Before, g.ToProcess1
	}
	f.Length, f.Endless, f.ended = min(f.Length+g.Length, maxSleep), g.Endless, g.ended
	return f
}

// or is f or g, and nobody knows which.
func (f flow) or(g flow) flow {
	switch {
	case !f.Stops:
		f.Stops, f.Before, f.ToProcess1 = g.Stops, g.Before, g.ToProcess1
	case g.Stops:
		f.Before = min(f.Before, g.Before)
	}
	if f.Endless || !g.Endless && g.Length < f.Length {
		f.Length = g.Length
	}
	f.Endless, f.ended = f.Endless && g.Endless, f.ended && g.ended
	return f
}

// hookReader reads one script.
type hookReader struct {
	text   *text
	depth  int
	inside []string
}

func scriptHook(script Script, depth int) Hook {
	if !script.Inline {
		if script.File == "" {
			return Hook{}
		}
		stops, signal := stopping(script.Words)
		return Hook{Stops: stops, ToProcess1: signal}
	}
	t := parse(script.Text, script.Words, nil)
	if t == nil {
		return Hook{}
	}
	r := hookReader{text: t, depth: depth + 1}
	return r.list(t.file.Stmts).Hook
}

func (r *hookReader) list(statements []*syntax.Stmt) (f flow) {
	for _, statement := range statements {
		f = f.then(r.statement(statement))
	}
	return f
}

func (r *hookReader) statement(s *syntax.Stmt) flow {
	if s == nil {
		return flow{}
	}
	f := r.compound(s.Cmd)
	if s.Background || s.Coprocess { // the script goes on at once
		return f.maybe()
	}
	return f
}

func (r *hookReader) compound(command syntax.Command) flow {
	switch cmd := command.(type) {
	case *syntax.CallExpr:
		return r.call(cmd)
	case *syntax.BinaryCmd:
		return r.binary(cmd)
	case *syntax.Block:
		return r.list(cmd.Stmts)
	case *syntax.Subshell:
		f := r.list(cmd.Stmts)
		f.ended = false
		return f
	case *syntax.TimeClause:
		return r.statement(cmd.Stmt)
	case *syntax.IfClause:
		if len(cmd.Cond) == 0 { // else
			return r.list(cmd.Then)
		}
		otherwise := flow{}
		if cmd.Else != nil {
			otherwise = r.compound(cmd.Else)
		}
		return r.list(cmd.Cond).then(r.list(cmd.Then).or(otherwise))
	case *syntax.CaseClause: // none of its items need fit
		f := flow{}
		for _, item := range cmd.Items {
			f = f.or(r.list(item.Stmts))
		}
		return f
	case *syntax.WhileClause:
		return r.while(cmd)
	case *syntax.ForClause:
		return r.loop(cmd)
	}
	return flow{}
}

func (r *hookReader) binary(cmd *syntax.BinaryCmd) flow {
	x, y := r.statement(cmd.X), r.statement(cmd.Y)
	if cmd.Op == syntax.AndStmt { // who writes a && b means both
		return x.then(y)
	}
	if cmd.Op == syntax.OrStmt {
		return x.then(y.maybe())
	}
	x.ended, y.ended = false, false // a pipeline takes as long as its longest
	x.Length, x.Endless = max(x.Length, y.Length), x.Endless || y.Endless
	if !x.Stops {
		x.Stops, x.Before, x.ToProcess1 = y.Stops, y.Before, y.ToProcess1
	}
	return x
}

// while is endless if its condition is "true", it sleeps, and nothing in it leaves it.
func (r *hookReader) while(cmd *syntax.WhileClause) flow {
	do := r.list(cmd.Do)
	if len(cmd.Cond) == 1 && !cmd.Until && do.Length > 0 && !calls(cmd, "break", "exit", "return", "exec", "kill") {
		if call, is := cmd.Cond[0].Cmd.(*syntax.CallExpr); is && len(call.Args) == 1 && calls(call, "true", ":") {
			do.Endless = true
			return do
		}
	}
	return do.maybe()
}

// loop is a for loop: its body as often as it has words, if they are written there.
func (r *hookReader) loop(cmd *syntax.ForClause) flow {
	do, times := r.list(cmd.Do), 0
	if words, is := cmd.Loop.(*syntax.WordIter); is && !do.ended && !calls(cmd, "break", "exit", "return") {
		fields := r.text.fields(words.Items)
		times = len(fields)
		if slices.ContainsFunc(fields, func(word string) bool { return strings.ContainsAny(word, unknown+"*?[{") }) {
			times = 0
		}
	}
	if times == 0 {
		return do.maybe()
	}
	do.Length = min(time.Duration(times)*do.Length, maxSleep)
	return do
}

// maybe is f if it is not known whether it comes to that, and how often.
func (f flow) maybe() flow {
	f.Length, f.Endless, f.ended = 0, false, false
	return f
}

// calls reports whether node has a command of one of these names.
func calls(node syntax.Node, names ...string) (found bool) {
	syntax.Walk(node, func(node syntax.Node) bool {
		call, is := node.(*syntax.CallExpr)
		found = found || is && len(call.Args) > 0 && slices.Contains(names, call.Args[0].Lit())
		return !found
	})
	return found
}

func (r *hookReader) call(cmd *syntax.CallExpr) flow {
	words := r.text.fields(cmd.Args)
	if len(words) == 0 || r.depth > maxDepth {
		return flow{}
	}
	if body, is := r.text.functions[words[0]]; is {
		if slices.Contains(r.inside, words[0]) {
			return flow{}
		}
		r.inside = append(r.inside, words[0])
		f := r.statement(body)
		r.inside = r.inside[:len(r.inside)-1]
		return f
	}
	if words[0] == "exit" || words[0] == "return" {
		return flow{ended: words[0] == "exit"}
	}
	f := flow{Hook: hookOf(words, r.depth+1)}
	f.ended = words[0] == "exec" && len(words) > 1
	return f
}
