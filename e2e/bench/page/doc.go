// Package page is docs/benchmarks.md: a head, and one section for each part of the bench, between
// marks.
//
// A part that is measured alone replaces its own section and leaves the others as they were, each
// with the date and the machine it was taken on. What is measured, and how it is put into words, is
// the part's.
package page
