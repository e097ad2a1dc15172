// Package licences says under which licence each module of the product is, by reading the licence's
// text, and which licences are acceptable. Its test is the licence check of make test.
//
// It looks at what the programs in cmd are built from, for every system they are built for, and at
// nothing that only tests need. It does not look into modules for files that somebody copied there
// under other terms.
//
// # Why by the text
//
// A module says nowhere else what its licence is. The classifier is the one that pkg.go.dev and
// go-licenses use; go-licenses itself wants a network and a tree of source files where a list of
// modules is enough.
package licences
