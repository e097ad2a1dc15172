// Package terminal tells whether somebody looks at the output, and has the few colours
// that softstop uses.
//
// Colours are for terminals only, and never where NO_COLOR is set or TERM is dumb.
package terminal
