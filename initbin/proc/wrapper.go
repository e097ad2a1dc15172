package proc

import "github.com/softstop/softstop/initbin/program"

// Wrapper is a kind of program that passes a stop on in a way of its own.
type Wrapper = program.Passing

// The kinds of wrappers, as the table of programs has them.
const (
	NoWrapper = program.Usual
	Killer    = program.Kills
	Repeater  = program.Repeats
	Forwarder = program.Forwards
	Idler     = program.Idles
	Eager     = program.DiesOfIt
)

// WrapperKind returns what kind of wrapper a process is, by the path of its executable
// and its command line as /proc/PID/cmdline has it. Options that change what it does
// to something not described above make it an ordinary process.
func WrapperKind(path, words []byte) Wrapper {
	kind := program.Of(string(withoutVersion(base(path)))).Passing
	if kind == Repeater && hasOption(words, 'r', "--rewrite") || kind == Forwarder && hasOption(words, 'g', "--group") {
		return NoWrapper
	}
	return kind
}

// withoutVersion makes ruby of ruby3.1.
func withoutVersion(name []byte) []byte {
	for n := len(name); n > 0 && (name[n-1] == '.' || name[n-1] >= '0' && name[n-1] <= '9'); n-- {
		name = name[:n-1]
	}
	return name
}

// hasOption looks for a short option, alone or among others, or a long one, in front of
// the first word that is no option.
func hasOption(words []byte, short byte, long string) bool {
	first := true
	for len(words) > 0 {
		word := words
		if end := index(words, 0); end >= 0 {
			word, words = words[:end], words[end+1:]
		} else {
			words = nil
		}
		switch {
		case first:
			first = false
		case len(word) < 2 || word[0] != '-' || same(word, "--"):
			return false
		case word[1] != '-' && index(word, short) > 0:
			return true
		case len(word) >= len(long) && same(word[:len(long)], long):
			return true
		}
	}
	return false
}
