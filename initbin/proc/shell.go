package proc

// shells are the file names of command interpreters that run scripts the Bourne way:
// they wait for a foreground child before they run a trap.
var shells = [...]string{"sh", "bash", "dash", "ash", "ksh", "ksh93", "mksh", "oksh", "pdksh", "lksh", "zsh", "yash", "posh", "hush", "rbash", "static-sh", "bash-static"}

// multicall are programs that are a shell among other things, by argv[0].
var multicall = [...]string{"busybox", "toybox", "busybox.static"}

// IsShell reports whether the executable at path is a shell.
func IsShell(path []byte) bool { return oneOf(base(path), shells[:]) }

// IsMulticall reports whether the executable at path may be a shell: its argv[0]
// tells.
func IsMulticall(path []byte) bool { return oneOf(base(path), multicall[:]) }

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

func oneOf(name []byte, names []string) bool {
	for i := range names {
		if same(name, names[i]) {
			return true
		}
	}
	return false
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
