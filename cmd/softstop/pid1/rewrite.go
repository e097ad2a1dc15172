package pid1

import (
	"mvdan.cc/sh/v3/syntax"

	"github.com/softstop/softstop/webhook/commandline"
)

// rewritten returns the script with exec before its last command, where it is certain that this
// changes nothing else: the command is a plain program, nothing is behind it, nobody waits for a
// trap, and nothing runs in the background. Else "".
func rewritten(file *syntax.File, script string, r *reader, t traps) string {
	if len(file.Stmts) == 0 || t.any || len(r.background) > 0 {
		return ""
	}
	last := file.Stmts[len(file.Stmts)-1]
	for {
		both, is := last.Cmd.(*syntax.BinaryCmd)
		if !is || both.Op != syntax.AndStmt || last.Background || last.Negated {
			break
		}
		last = both.Y
	}
	call, plain := last.Cmd.(*syntax.CallExpr)
	if !plain || last.Background || last.Negated || len(call.Args) == 0 || len(call.Assigns) > 0 {
		return ""
	}
	words := r.words(call.Args)
	if len(words) == 0 || words[0] == "" || r.functions[words[0]] != nil || endsSoon(words) || builtin(words[0]) {
		return ""
	}
	at := int(call.Pos().Offset())
	result := script[:at] + "exec " + script[at:]
	if again := ofScript(dash, commandline.Script{Inline: true, Text: result, Words: r.rest}, parse(result), r.around, r.depth-1); again.Fate != Fine {
		return ""
	}
	return result
}

// builtin reports whether name is the shell's own word, which exec cannot start.
func builtin(name string) bool {
	switch name {
	case "exec", "eval", "wait", "exit", "command", "builtin", "fg", "bg", "time", "select":
		return true
	}
	return false
}
