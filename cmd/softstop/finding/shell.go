package finding

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// shellProblem says what is wrong with words as process 1 if it is a shell or a script;
// "" if nothing is.
func shellProblem(words []string) (id ID) {
	if path.Base(words[0]) == "env" {
		for words = words[1:]; len(words) > 0 && (strings.Contains(words[0], "=") || strings.HasPrefix(words[0], "-")); words = words[1:] {
		}
	}
	if len(words) > 1 && path.Base(words[0]) == "busybox" {
		words = words[1:]
	}
	switch {
	case len(words) == 0:
		return ""
	case isScript(words[0]):
		return ScriptPID1
	case !slices.Contains([]string{"sh", "bash", "dash", "ash", "ksh", "zsh"}, path.Base(words[0])):
		return ""
	}
	for i := 1; i < len(words); i++ {
		switch word := words[i]; {
		case word == "-o" || word == "+o":
			i++ // the option's name
		case strings.HasPrefix(word, "-") && !strings.HasPrefix(word, "--") && strings.HasSuffix(word, "c") && i+1 < len(words):
			return scriptProblem(words[i+1])
		case !strings.HasPrefix(word, "-"):
			return ScriptPID1
		}
	}
	return "" // a shell that reads its standard input
}

func isScript(program string) bool {
	return slices.Contains([]string{".sh", ".bash"}, path.Ext(program))
}

// scriptProblem says what a script of sh -c does with a stop signal.
func scriptProblem(script string) ID {
	file, err := syntax.NewParser().Parse(strings.NewReader(script), "")
	if err != nil || len(file.Stmts) == 0 {
		return ShellPID1
	}
	last := file.Stmts[len(file.Stmts)-1]
	traps, waits := false, false
	syntax.Walk(file, func(node syntax.Node) bool {
		if call, is := node.(*syntax.CallExpr); is {
			traps = traps || trapsStop(call)
			waits = waits || calls(call, "wait")
		}
		return true
	})
	call, simple := last.Cmd.(*syntax.CallExpr)
	switch {
	case execs(last):
		return ""
	case traps && waits:
		return ""
	case traps:
		return TrapBehind
	case len(file.Stmts) == 1 && simple && !last.Background && len(call.Args) > 0:
		return ShellMayStay
	}
	return ShellPID1
}

// execs reports whether a statement ends in a program that takes the shell's place,
// whichever way it goes.
func execs(s *syntax.Stmt) bool {
	if s.Background || s.Negated {
		return false
	}
	lastExecs := func(stmts []*syntax.Stmt) bool { return len(stmts) > 0 && execs(stmts[len(stmts)-1]) }
	switch cmd := s.Cmd.(type) {
	case *syntax.CallExpr:
		return calls(cmd, "exec") && len(cmd.Args) > 1
	case *syntax.BinaryCmd:
		return cmd.Op == syntax.AndStmt && execs(cmd.Y)
	case *syntax.Block:
		return lastExecs(cmd.Stmts)
	case *syntax.IfClause:
		for clause := cmd; clause != nil; clause = clause.Else {
			if !lastExecs(clause.Then) {
				return false
			}
			if clause.Else == nil {
				return len(clause.Cond) == 0 // an else, so nothing falls through
			}
		}
	}
	return false
}

func calls(call *syntax.CallExpr, name string) bool {
	return len(call.Args) > 0 && call.Args[0].Lit() == name
}

// trapsStop reports whether call sets a trap for a signal that stops a container.
func trapsStop(call *syntax.CallExpr) bool {
	if !calls(call, "trap") || len(call.Args) < 3 {
		return false
	}
	for _, arg := range call.Args[2:] {
		switch strings.TrimPrefix(strings.ToUpper(arg.Lit()), "SIG") {
		case "TERM", "15", "EXIT", "0", "INT", "QUIT":
			return true
		}
	}
	return false
}
