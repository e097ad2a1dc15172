package pid1

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// wayFor returns the statements for which a shell makes way without being told: it executes them
// in its own place, since it has nothing to do behind them and knows it. There must be no trap.
//
//	dash     0.5.12: none
//	bash     since 5.1: a plain last command, also behind ; && || or a line's end; none that has a
//	         redirection, is in a compound, or is behind & or "x; y &&" on the same line
//	busybox  the last command, also in braces, if, case and subshells; none behind which a line ends
func wayFor(kind shell, statements []*syntax.Stmt, text string) map[*syntax.Stmt]bool {
	way := map[*syntax.Stmt]bool{}
	if len(statements) == 0 {
		return way
	}
	last := statements[len(statements)-1]
	behind := text[min(int(last.End().Offset()), len(text)):]
	switch kind {
	case dash: // never
	case bash:
		if nextLine(behind) != "" && nextLine(behind) != "\n" {
			return way
		}
		_, chained := last.Cmd.(*syntax.BinaryCmd)
		if n := len(statements); n > 1 {
			before := statements[n-2]
			if before.End().Line() == last.Pos().Line() && (chained || before.Background) {
				return way
			}
		}
		bashWay(last, way)
	case busybox:
		if nextLine(behind) == "" {
			busyboxWay(last, way)
		}
	}
	return way
}

// nextLine returns what of a script follows the line that it begins in the middle of, with the line's
// end, if nothing else stands on that line: a comment at most.
func nextLine(behind string) string {
	rest := strings.TrimLeft(behind, " \t;")
	if strings.HasPrefix(rest, "#") {
		rest = rest[len(strings.SplitN(rest, "\n", 2)[0]):]
	}
	return rest
}

func bashWay(s *syntax.Stmt, way map[*syntax.Stmt]bool) {
	if s.Background || s.Negated {
		return
	}
	switch cmd := s.Cmd.(type) {
	case *syntax.CallExpr:
		way[s] = len(s.Redirs) == 0
	case *syntax.BinaryCmd:
		if _, plain := cmd.Y.Cmd.(*syntax.CallExpr); plain && (cmd.Op == syntax.AndStmt || cmd.Op == syntax.OrStmt) {
			bashWay(cmd.Y, way)
		}
	}
}

func busyboxWay(s *syntax.Stmt, way map[*syntax.Stmt]bool) {
	if s.Background || s.Negated {
		return
	}
	lastOf := func(statements []*syntax.Stmt) {
		if len(statements) > 0 {
			busyboxWay(statements[len(statements)-1], way)
		}
	}
	switch cmd := s.Cmd.(type) {
	case *syntax.CallExpr:
		// Behind a here-document a line has ended.
		way[s] = !slices.ContainsFunc(s.Redirs, func(r *syntax.Redirect) bool { return r.Hdoc != nil })
	case *syntax.BinaryCmd:
		if cmd.Op == syntax.AndStmt || cmd.Op == syntax.OrStmt {
			busyboxWay(cmd.Y, way)
		}
	case *syntax.Block:
		lastOf(cmd.Stmts)
	case *syntax.Subshell:
		way[s] = true
		lastOf(cmd.Stmts)
	case *syntax.IfClause:
		for c := cmd; c != nil; c = c.Else {
			lastOf(c.Then)
		}
	case *syntax.CaseClause:
		for _, item := range cmd.Items {
			lastOf(item.Stmts)
		}
	}
}
