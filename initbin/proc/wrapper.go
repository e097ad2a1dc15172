package proc

// Wrapper is a kind of program that passes a stop on in a way of its own.
type Wrapper int

const (
	// NoWrapper is everything else.
	NoWrapper Wrapper = iota
	// Killer kills its child two seconds after it is told: su and runuser.
	Killer
	// Repeater signals everybody a second time as soon as its own child has ended.
	Repeater
	// Forwarder tells its child and nobody else, and leaves when the child has ended.
	Forwarder
)

var wrappers = [...]struct {
	name string
	kind Wrapper
}{
	{"su", Killer}, {"runuser", Killer},
	{"dumb-init", Repeater},
	{"tini", Forwarder}, {"tini-static", Forwarder}, {"docker-init", Forwarder}, {"catatonit", Forwarder},
}

// WrapperKind returns what kind of wrapper a process is, by the path of its executable
// and its command line as /proc/PID/cmdline has it. Options that change what it does
// to something not described above make it an ordinary process.
func WrapperKind(path, words []byte) Wrapper {
	name := base(path)
	for i := range wrappers {
		if !same(name, wrappers[i].name) {
			continue
		}
		kind := wrappers[i].kind
		if kind == Repeater && hasOption(words, 'r', "--rewrite") || kind == Forwarder && hasOption(words, 'g', "--group") {
			return NoWrapper
		}
		return kind
	}
	return NoWrapper
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
