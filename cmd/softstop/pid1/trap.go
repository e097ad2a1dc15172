package pid1

import (
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// traps is what a script sets up for its stop.
type traps struct {
	// any means that there is a trap for some signal: no shell makes way then.
	any bool
	// stop is what runs at SIGTERM; nil if nothing does.
	stop *handler
	// onExit means that stop is bash's trap on EXIT, which runs at SIGTERM at once, whatever is in
	// front.
	onExit bool
	// elsewhere means that there is a trap on EXIT, which this shell does not run at SIGTERM.
	elsewhere bool
}

// handler is what a trap's commands do.
type handler struct {
	exits, tells, waits bool
}

// trapsOf reads the traps of a script, in functions too.
func (r *reader) trapsOf(file *syntax.File) (t traps) {
	var term, exit *handler
	syntax.Walk(file, func(node syntax.Node) bool {
		call, is := node.(*syntax.CallExpr)
		if !is || len(call.Args) < 3 || call.Args[0].Lit() != "trap" {
			return true
		}
		commands := literal(call.Args[1])
		if r.source(call.Args[1]) == "-" || r.source(call.Args[1]) == "''" || r.source(call.Args[1]) == `""` {
			return true
		}
		t.any = true
		h := r.handlerOf(commands)
		for _, arg := range call.Args[2:] {
			switch r.signal(arg.Lit()) {
			case "TERM":
				term = h
			case "EXIT":
				exit = h
			}
		}
		return true
	})
	switch {
	case term != nil:
		t.stop = term
	case exit != nil && r.kind == bash:
		t.stop, t.onExit = exit, true
	case exit != nil:
		t.elsewhere = true
	}
	return t
}

// signal is a signal's name as the shell understands it: dash knows none that begins with SIG.
func (r *reader) signal(word string) string {
	word = strings.ToUpper(word)
	if r.kind != dash {
		word = strings.TrimPrefix(word, "SIG")
	}
	switch word {
	case "15":
		return "TERM"
	case "0":
		return "EXIT"
	}
	return word
}

// handlerOf reads the commands of a trap. Commands that nobody can read do all that is good.
func (r *reader) handlerOf(commands string) *handler {
	file := parse(commands)
	if file == nil || commands == "" {
		return &handler{exits: true, tells: true, waits: true}
	}
	h := &handler{}
	r.look(file, h, maxDepth)
	return h
}

func (r *reader) look(node syntax.Node, h *handler, depth int) {
	if depth == 0 {
		return
	}
	syntax.Walk(node, func(node syntax.Node) bool {
		call, is := node.(*syntax.CallExpr)
		if !is || len(call.Args) == 0 {
			return true
		}
		words := make([]string, len(call.Args))
		for i, arg := range call.Args {
			words[i] = literal(arg)
		}
		switch name := words[0]; {
		case name == "exit":
			h.exits = true
		case name == "wait":
			h.waits = true
		case name == "kill" && slices.Contains(words, "-0"):
		case name == "kill", name == "pkill", name == "killall":
			h.tells = true
			h.exits = h.exits || slices.ContainsFunc(call.Args, func(arg *syntax.Word) bool { return printed(arg) == "$$" })
		case r.functions[name] != nil:
			r.look(r.functions[name], h, depth-1)
		case name == "exec":
			h.exits, h.tells, h.waits = true, true, true
		case !endsSoon(words): // it may stop whatever is to be stopped, and wait for it
			h.tells, h.waits = true, true
		}
		return true
	})
}

func printed(node syntax.Node) string {
	var out strings.Builder
	_ = syntax.NewPrinter().Print(&out, node) // into memory
	return out.String()
}

// stays judges an ending in which the shell is still process 1.
func (r *reader) stays(e ending, t traps) Answer {
	answer := Answer{Fate: Stays, Command: short(r.source(e.front)), Loop: e.loop, Idle: r.idle(e.front)}
	switch {
	case t.stop == nil && r.around.Shared:
		if !r.loses(e.front) && r.forgotten(e, t) == nil {
			return Answer{}
		}
		answer.Fate, answer.Why = CutShort, "the shell, which is not process 1 here, ends at the signal and tells nobody"
		return answer
	case t.stop == nil && t.elsewhere:
		answer.Why = "its trap on EXIT runs in bash only; a trap on TERM runs everywhere"
		return answer
	case t.stop == nil:
		return answer
	case !t.onExit && !r.soon(e):
		answer.Fate = Behind
		return answer
	case !t.onExit && e.endless && !t.stop.exits && !leaves(e.front):
		answer.Why = "its trap does not end it"
		return answer
	}
	forgotten := r.forgotten(e, t)
	if forgotten == nil {
		return Answer{}
	}
	answer.Command, answer.Loop = short(r.source(forgotten)), false
	switch {
	case !t.stop.tells:
		answer.Fate, answer.Why = CutShort, "its trap ends the shell and tells nobody"
	case !t.stop.waits && (t.stop.exits || t.onExit || r.waitsOnce(e)):
		answer.Fate, answer.Why = CutShort, "its trap tells it, and the shell does not wait for it"
	default:
		return Answer{}
	}
	return answer
}

// forgotten returns a program that runs when the shell's trap does and that has something to lose;
// nil if none.
func (r *reader) forgotten(e ending, t traps) *syntax.Stmt {
	candidates := slices.Clone(r.background)
	if t.onExit && !e.waits && !e.loop {
		candidates = append(candidates, e.front)
	}
	for _, s := range candidates {
		if r.loses(s) {
			return s
		}
	}
	return nil
}

// loses reports whether a command runs a program that has something to lose when it is killed.
func (r *reader) loses(s *syntax.Stmt) (loses bool) {
	syntax.Walk(s, func(node syntax.Node) bool {
		if call, is := node.(*syntax.CallExpr); is && len(call.Args) > 0 {
			words := r.words(call.Args)
			loses = loses || len(words) > 0 && !endsSoon(words) && !slices.Contains(handlerless(), words[0]) && words[0] != "wait"
		}
		return true
	})
	return loses
}

// idle reports whether a command is a plain program that only keeps the container alive.
func (r *reader) idle(s *syntax.Stmt) bool {
	call, plain := s.Cmd.(*syntax.CallExpr)
	if !plain {
		return false
	}
	words := unwrapped(r.words(call.Args))
	return len(words) > 0 && idles(words[0])
}

// waitsOnce reports whether the script does not wait again after its trap has cut a wait short.
func (r *reader) waitsOnce(e ending) bool {
	if !e.waits {
		return false
	}
	waits := 0
	syntax.Walk(r.file, func(node syntax.Node) bool {
		if call, is := node.(*syntax.CallExpr); is && len(call.Args) > 0 && call.Args[0].Lit() == "wait" {
			waits++
		}
		return true
	})
	return waits < 2
}

// leaves reports whether a loop can be left from inside.
func leaves(loop *syntax.Stmt) (found bool) {
	syntax.Walk(loop, func(node syntax.Node) bool {
		if call, is := node.(*syntax.CallExpr); is && len(call.Args) > 0 {
			found = found || slices.Contains([]string{"break", "exit", "return"}, call.Args[0].Lit())
		}
		return true
	})
	return found
}

// maxNap is the longest sleep, in seconds, behind which a trap still counts as heard.
const maxNap = 5

// soon reports whether the shell comes to its traps within some seconds.
func (r *reader) soon(e ending) bool {
	if e.waits {
		return true
	}
	soon := true
	syntax.Walk(e.front, func(node syntax.Node) bool {
		switch n := node.(type) {
		case *syntax.Stmt:
			return !n.Background
		case *syntax.FuncDecl:
			return false
		case *syntax.CallExpr:
			soon = soon && r.quick(n)
		}
		return true
	})
	return soon
}

// quick reports whether a foreground command keeps a trap waiting for some seconds at most.
func (r *reader) quick(call *syntax.CallExpr) bool {
	words := r.words(call.Args)
	switch {
	case len(words) == 0, words[0] == "wait", endsSoon(words):
		return true
	case words[0] == "sleep" && len(words) == 2:
		seconds, err := strconv.ParseFloat(strings.TrimSuffix(words[1], "s"), 64)
		return err == nil && seconds <= maxNap
	}
	return false
}

// short is a command's text on one line, cut where it gets long.
func short(text string) string {
	const width = 60
	text = strings.TrimSuffix(strings.Join(strings.Fields(text), " "), " &")
	if runes := []rune(text); len(runes) > width {
		return string(runes[:width-1]) + "…"
	}
	return text
}
