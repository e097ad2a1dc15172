// Package injecttest has what the tests of several packages need of the engine: the golden pods of
// webhook/inject/testdata as data, and the rule that every injected pod must keep.
//
// It has no tests and no assertions; each test says itself what it makes of an error. Nothing of
// the product imports it.
package injecttest
