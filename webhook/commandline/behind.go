package commandline

import (
	"slices"
	"strings"

	"github.com/softstop/softstop/initbin/program"
)

// behind returns what words, which start with a runner, run: a command line, or a text for
// a shell. Neither, if they run nothing.
func behind(b program.Before, words []string) (rest []string, text string) {
	left := b.Words
	for i := 1; i < len(words); i++ {
		word := words[i]
		switch {
		case word == "--":
			return from(words, i+1+left), ""
		case len(word) > 1 && word[0] == '-':
			letter, value, next := option(b, word)
			if next {
				if i++; i == len(words) {
					return nil, ""
				}
				value = words[i]
			}
			switch {
			case letter == 0:
			case strings.IndexByte(b.Asks, letter) >= 0:
				return nil, ""
			case strings.IndexByte(b.Split, letter) >= 0:
				return behind(b, slices.Concat(words[:1], strings.Fields(value), from(words, i+1)))
			case strings.IndexByte(b.Text, letter) >= 0:
				return nil, value
			case strings.IndexByte(b.Instead, letter) >= 0:
				left = 0
			}
		case word == "-" || b.Assigns && isAssignment(word):
		case left > 0:
			left--
		default:
			return words[i:], ""
		}
	}
	return nil, ""
}

// ahead is what stands in words, which start with a runner, ahead of the rest that it runs. (What
// one option splits may be more words than there are.)
func ahead(words, rest []string) []string { return words[:max(1, len(words)-len(rest))] }

// option reads one word of options: the letter of the one that matters, its value, and
// whether that is the next word. A long option counts as the letter that it begins with.
func option(b program.Before, word string) (letter byte, value string, next bool) {
	if long, is := strings.CutPrefix(word, "--"); is {
		name, value, found := strings.Cut(long, "=")
		if name == "" || !slices.Contains(strings.Fields(b.Long), name) {
			return 0, "", false
		}
		for _, letter := range []byte(b.Text + b.Split + b.Instead) {
			if letter|' ' == name[0] {
				return letter, value, !found
			}
		}
		return 0, "", !found
	}
	for i := 1; i < len(word); i++ {
		switch letter := word[i]; {
		case strings.IndexByte(b.Asks, letter) >= 0:
			return letter, "", false
		case strings.IndexByte(b.Values+b.Text+b.Split, letter) >= 0:
			return letter, word[i+1:], i+1 == len(word)
		}
	}
	return 0, "", false
}

// isAssignment reports whether word is NAME=VALUE.
func isAssignment(word string) bool {
	name, _, found := strings.Cut(word, "=")
	return found && name != "" && !strings.Contains(name, "/")
}

// from returns words without the first n, which they may not have.
func from(words []string, n int) []string { return words[min(n, len(words)):] }
