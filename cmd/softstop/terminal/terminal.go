package terminal

import (
	"io"
	"os"

	"golang.org/x/term"
)

// Is reports whether w is a terminal.
func Is(w io.Writer) bool {
	file, ok := w.(interface{ Fd() uintptr })
	return ok && term.IsTerminal(int(file.Fd()))
}

// Width returns the columns of the terminal w, or fallback if it is none.
func Width(w io.Writer, fallback int) int {
	if file, ok := w.(interface{ Fd() uintptr }); ok {
		if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return fallback
}

// Paint puts text into a colour, or returns it as it is.
type Paint func(c Colour, text string) string

// Colour is an ANSI colour by its meaning.
type Colour string

// The colours.
const (
	Good   Colour = "32" // green
	Alert  Colour = "31" // red
	Mind   Colour = "33" // yellow
	Faint  Colour = "2"
	Strong Colour = "1"
	Calm   Colour = "36" // cyan
)

// Painter returns the Paint for w: one that does nothing unless colours are wanted.
func Painter(w io.Writer) Paint {
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" || !Is(w) {
		return func(_ Colour, text string) string { return text }
	}
	return Coloured
}

// Coloured is the Paint that always does.
func Coloured(c Colour, text string) string { return "\x1b[" + string(c) + "m" + text + "\x1b[0m" }
