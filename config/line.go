package config

import (
	"strings"
	"unicode"
)

// Line is text of anybody's as one line for people: what is not printed, begins a new line, moves a
// cursor or changes the direction of writing becomes a question mark.
func Line(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
}
