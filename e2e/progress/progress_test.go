package main

import (
	"strings"
	"sync/atomic"
	"testing"
)

// Packages are counted; errors are passed on.
func TestPass(t *testing.T) {
	var compiled atomic.Int64
	var said strings.Builder
	pass(strings.NewReader("internal/abi\ngithub.com/a/b\n# github.com/a/c\n./c.go:1:2: undefined: x\n"), &said, &compiled)
	if want := "# github.com/a/c\n./c.go:1:2: undefined: x\n"; compiled.Load() != 2 || said.String() != want {
		t.Errorf("%d packages and %q, want 2 and %q", compiled.Load(), said.String(), want)
	}
}

// Of what tests say only failures are shown, whole, and each package's result: those that a crash cut off, too.
func TestNote(t *testing.T) {
	var said strings.Builder
	r := &run{to: &said, packages: 4, output: map[string]*strings.Builder{}, working: map[string]bool{}}
	follow(strings.NewReader(`
{"Action":"start","Package":"github.com/softstop/softstop/a"}
{"Action":"output","Package":"github.com/softstop/softstop/a","Test":"TestGood","Output":"=== RUN TestGood\n"}
{"Action":"output","Package":"github.com/softstop/softstop/a","Test":"TestBad","Output":"it is wrong\n"}
{"Action":"pass","Package":"github.com/softstop/softstop/a","Test":"TestGood"}
{"Action":"fail","Package":"github.com/softstop/softstop/a","Test":"TestBad"}
{"Action":"start","Package":"github.com/softstop/softstop/b"}
{"Action":"output","Package":"github.com/softstop/softstop/b","Output":"PASS\n"}
{"Action":"output","Package":"github.com/softstop/softstop/b","Output":"ok  \tb\t0.1s\n"}
{"Action":"pass","Package":"github.com/softstop/softstop/b"}
{"ImportPath":"c","Action":"build-output","Output":"c.go:1: no\n"}
{"Action":"start","Package":"github.com/softstop/softstop/d"}
{"Action":"output","Package":"github.com/softstop/softstop/d","Test":"TestCrash","Output":"panic: what\n"}
{"Action":"output","Package":"github.com/softstop/softstop/d","Output":"FAIL\td\n"}
{"Action":"fail","Package":"github.com/softstop/softstop/d"}
`), r.note)
	if want := "it is wrong\nok  \tb\t0.1s\nc.go:1: no\npanic: what\nFAIL\td\n"; said.String() != want {
		t.Errorf("said %q, want %q", said.String(), want)
	}
	if want := "2 of 4 packages tested; at work: a"; r.state() != want {
		t.Errorf("the state is %q, want %q", r.state(), want)
	}
}
