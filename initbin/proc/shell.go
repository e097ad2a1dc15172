package proc

import "github.com/softstop/softstop/initbin/program"

// IsShell reports whether the executable at path is a shell. fish is one here: it runs a trap
// when the command in the foreground has ended.
func IsShell(path []byte) bool {
	name := base(path)
	return program.Of(string(name)).Kind == program.Shell || same(name, "fish")
}

// IsBlindToStops reports whether a child of the shell at path can be stopped for a moment
// without the shell's notice.
func IsBlindToStops(path []byte) bool { return program.Of(string(base(path))).Blind }

// IsMulticall reports whether the executable at path may be a shell: its argv[0]
// tells.
func IsMulticall(path []byte) bool { return program.Of(string(base(path))).Kind == program.Multicall }

// base returns what follows the last slash, without a login shell's dash and without
// what the kernel adds to the name of a file that has been replaced.
func base(path []byte) []byte {
	const deleted = " (deleted)"
	if n := len(path) - len(deleted); n > 0 && same(path[n:], deleted) {
		path = path[:n]
	}
	start := 0
	for i := range path {
		if path[i] == '/' {
			start = i + 1
		}
	}
	if start < len(path) && path[start] == '-' {
		start++
	}
	return path[start:]
}

func same(a []byte, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
