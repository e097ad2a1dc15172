package stopper

import (
	"bytes"
	"os"
	"path"
	"strings"
	"unicode"
)

// maxTitle is how long a name is in the report and the log, in characters.
const maxTitle = 80

// named is what people are told of a command line: the program and, of an interpreter, the
// script. The arguments are not: whoever may read a pod's status and log may not read its
// passwords. Nothing is redacted, because nobody can tell what is a secret; what is named is what
// cannot be one.
func named(pid int, words []byte) string {
	argv := bytes.Split(bytes.TrimRight(words, "\x00"), []byte{0})
	program := titleOf(string(argv[0]))
	if program == "" {
		return ""
	}
	if script := scriptOf(pid, path.Base(program), argv[1:]); script != "" {
		program += " " + script
	}
	return clean(program)
}

// titleOf is a process's argv[0] without what it may have been overwritten with: some
// show their arguments there. Of a title such as "nginx: worker process", a word more is kept.
func titleOf(title string) string {
	word, rest, _ := strings.Cut(title, " ")
	if next, _, _ := strings.Cut(rest, " "); strings.HasSuffix(word, ":") && next != "" && strings.Trim(next, "abcdefghijklmnopqrstuvwxyz") == "" {
		word += " " + next
	}
	return word
}

// scriptOf is the file that an interpreter runs: the first argument that is no flag, and is a file.
// What follows a flag may be anything else, so it must be there to be believed.
func scriptOf(pid int, program string, args [][]byte) string {
	if !isInterpreter(program) {
		return ""
	}
	for _, arg := range args {
		word := string(arg)
		switch {
		case strings.HasPrefix(word, "-") && word != "-":
			continue
		case isFile(pid, word):
			return word
		}
		return ""
	}
	return ""
}

// isInterpreter reports whether program, with or without a version, runs scripts.
func isInterpreter(program string) bool {
	switch strings.TrimRight(program, "0123456789.") {
	case "sh", "bash", "dash", "ash", "ksh", "zsh", "busybox", "python", "pypy", "perl", "ruby", "node", "nodejs", "bun", "deno", "php", "lua", "tclsh", "java", "Rscript":
		return true
	}
	return false
}

// isFile reports whether pid sees a regular file by that name.
func isFile(pid int, name string) bool {
	if name == "" {
		return false
	}
	at := file(pid, "cwd") + "/" + name
	if path.IsAbs(name) {
		at = file(pid, "root") + name
	}
	info, err := os.Stat(at)
	return err == nil && info.Mode().IsRegular()
}

// Clean makes text fit for any terminal and any log, for what the program says that is no stopper: what is
// wrong with a command line may hold anything, too.
func Clean(text string) string { return clean(text) }

// clean makes text fit for any terminal and any log: one line, no control characters of either
// set, nothing that changes the direction of writing. All that is printed comes through it.
func clean(text string) string {
	runes, limit := 0, maxTitle*25
	return strings.Map(func(r rune) rune {
		runes++
		switch {
		case runes > limit:
			return -1
		case r == unicode.ReplacementChar, r == '\u2028', r == '\u2029', unicode.Is(unicode.Bidi_Control, r), unicode.Is(unicode.C, r):
			return '?'
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
}
