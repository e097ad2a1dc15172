package pid1

import (
	"regexp"
	"slices"
	"strings"
)

// handlerless are programs that have no handler for SIGTERM, so that it does nothing to them as
// process 1.
func handlerless() []string {
	return []string{
		"sleep", "tail", "cat", "yes", "tee", "find", "dd", "grep", "sort", "xargs", "flock", "time", "inotifywait",
		"nc", "ncat", "socat",
	}
}

// ofProgram says what is known of a program that is no shell.
func ofProgram(name string, words []string) Answer {
	answer := Answer{Program: name}
	switch {
	case slices.Contains(handlerless(), name):
		answer.Fate, answer.Idle = Ignores, idles(name)
	case interpreter(name):
		answer.Fate = ofInterpreter(words[1:])
	case slices.Contains(launchers(), name) && len(words) > 1:
		answer.Fate = CutShort
		answer.Why = "it leaves at the signal, and what it started is killed with it"
	}
	return answer
}

// idles reports whether a program only keeps a container alive.
func idles(name string) bool { return name == "sleep" || name == "tail" || name == "cat" }

// launchers start a program through a shell and end, at the signal, before it has.
func launchers() []string { return []string{"npm", "npx", "yarn", "yarnpkg", "pnpm"} }

// interpreter reports whether name runs other people's programs and has no handler of its own.
func interpreter(name string) bool {
	base := strings.TrimRight(name, "0123456789.")
	return slices.Contains([]string{"python", "pypy", "node", "nodejs", "perl", "lua"}, base)
}

// ofInterpreter looks at an interpreter's arguments for a program whose text tells.
func ofInterpreter(args []string) Fate {
	for i, arg := range args {
		switch {
		case slices.Contains([]string{"-c", "-e", "-p", "--eval", "--print"}, arg) && i+1 < len(args):
			if text := strings.ToLower(args[i+1]); strings.Contains(text, "signal") || strings.Contains(text, "sigterm") || strings.Contains(text, "import") && !plainImports(text) {
				return MayIgnore
			}
			return Ignores
		case arg == "-m" && i+1 < len(args):
			return ofModule(args[i+1])
		case arg == "--version", arg == "-V", arg == "-v", arg == "--help":
			return Fine
		case !strings.HasPrefix(arg, "-"):
			return MayIgnore
		}
	}
	return Fine
}

// plainImports reports whether text imports nothing but what is known to set no handler.
func plainImports(text string) bool {
	for _, found := range regexp.MustCompile(`\b(?:import|from)\s+([a-z0-9_., ]+)`).FindAllStringSubmatch(text, -1) {
		for _, module := range strings.FieldsFunc(found[1], func(r rune) bool { return r == ',' || r == ' ' }) {
			if !slices.Contains([]string{"time", "os", "sys", "http", "http.server", "socket", "json", "import", "threading", "socketserver", "random"}, module) {
				return false
			}
		}
	}
	return true
}

// ofModule is about python -m.
func ofModule(module string) Fate {
	switch module {
	case "http.server", "SimpleHTTPServer", "flask":
		return Ignores
	case "gunicorn", "uvicorn", "celery", "hypercorn", "daphne", "waitress", "supervisor.supervisord":
		return Fine
	}
	return MayIgnore
}
