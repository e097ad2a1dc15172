// Package plot draws the documentation's pictures as SVG: bars (one figure each of several
// contestants) and panels (figures over time).
//
//	Bars     name ▇▇▇▇▇▇▇▇░░░░ 42 of 50
//	Panels   a title, an area over the seconds, and below it a strip of what failed
//
// It takes numbers and returns text. It measures nothing, writes no file and knows no page.
//
// # Why by hand
//
// The pictures are read on a web page, light or dark: they need a style sheet with a media query
// and words that can be selected, and nothing that a plotting library is made for.
package plot
