package commandline

import (
	"strings"

	"github.com/softstop/softstop/initbin/program"
)

// Script is what a shell is told to run.
type Script struct {
	// Inline means that the script is Text, as in sh -c TEXT. Otherwise it is in File; empty
	// if the shell reads its standard input.
	Inline bool
	Text   string
	File   string
	// Interactive means that the shell was told to be so: -i.
	Interactive bool
	// Words are $0, $1 and so on.
	Words []string
}

// ScriptOf returns what the shell that words start with is told to run; ok is false if they
// do not start with a shell. "busybox sh" is one, too.
func ScriptOf(words []string) (script Script, ok bool) {
	if len(words) > 1 && program.Of(words[0]).Kind == program.Multicall {
		words = words[1:]
	}
	if len(words) == 0 || program.Of(words[0]).Kind != program.Shell {
		return Script{}, false
	}
	i := 1
	for ; i < len(words) && len(words[i]) > 1 && (words[i][0] == '-' || words[i][0] == '+'); i++ {
		word := words[i]
		if word == "--" {
			i++
			break
		}
		switch {
		case word == "--rcfile" || word == "--init-file":
			i++
		case word[:2] == "--":
		default:
			script.Inline = script.Inline || word[0] == '-' && strings.Contains(word, "c")
			script.Interactive = script.Interactive || strings.Contains(word, "i")
			i += strings.Count(word, "o") + strings.Count(word, "O") // each takes the name of an option
		}
	}
	rest := from(words, i)
	switch {
	case len(rest) == 0:
		script.Inline = false
		script.Words = words[:1]
	case script.Inline:
		script.Text, script.Words = rest[0], rest[1:]
		if len(script.Words) == 0 {
			script.Words = words[:1]
		}
	default:
		script.File, script.Words = rest[0], rest
	}
	return script, true
}
