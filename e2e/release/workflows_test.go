//go:build linux

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestWorkflows: what CI does is a target that everybody has, and whose actions it runs
// is fixed by a commit: a tag can be moved.
func TestWorkflows(t *testing.T) {
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../../.github/workflows/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no workflows: %v", err)
	}
	action, pinned := regexp.MustCompile(`uses: *(.*)`), regexp.MustCompile(`^[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
	target := regexp.MustCompile(`(?:run:|PATH,HOME) make ([a-z-]+)`)
	calls := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range action.FindAllStringSubmatch(string(text), -1) {
			if !pinned.MatchString(found[1]) {
				t.Errorf("%s: %s: want a commit and, as a comment, its version", filepath.Base(file), found[1])
			}
		}
		for _, found := range target.FindAllStringSubmatch(string(text), -1) {
			calls++
			if !regexp.MustCompile(`(?m)^` + found[1] + `:`).Match(makefile) {
				t.Errorf("%s: make %s: there is no such target", filepath.Base(file), found[1])
			}
		}
	}
	if calls == 0 {
		t.Error("no workflow calls make")
	}
}
