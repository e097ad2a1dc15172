//go:build linux

package main

import (
	"os"
	"os/exec"
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
	action, pinned := regexp.MustCompile(`uses: *(.*)`), regexp.MustCompile(`^[\w-]+/[\w-]+(?:/[\w-]+)?@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
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
	actionlint := exec.CommandContext(t.Context(), "make", "workflows")
	actionlint.Dir = "../.."
	if out, err := actionlint.CombinedOutput(); err != nil {
		t.Errorf("make workflows: %v\n%s", err, out)
	}
}

// TestPinned: the programs that make and the workflows fetch have a version, and the images a
// digest.
func TestPinned(t *testing.T) {
	files, err := filepath.Glob("../../.github/workflows/*.yml")
	if err != nil {
		t.Fatal(err)
	}
	module := regexp.MustCompile(`[\w.-]+\.\w+/[\w./-]+@(\S+)`)
	image := regexp.MustCompile(`(?m)^ *(?:image|container): *(\S+)$`)
	modules, images := 0, 0
	for _, file := range append(files, "../../Makefile", "../../action.yml", "../../.pre-commit-hooks.yaml") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range module.FindAllStringSubmatch(string(text), -1) {
			// The action's user names the release.
			if modules++; !regexp.MustCompile(`^(v\d+\.\d+\.\d+|\$VERSION")$`).MatchString(found[1]) {
				t.Errorf("%s: %s: want a version", filepath.Base(file), found[0])
			}
		}
		for _, found := range image.FindAllStringSubmatch(string(text), -1) {
			if images++; !regexp.MustCompile(`@sha256:[0-9a-f]{64}$`).MatchString(found[1]) {
				t.Errorf("%s: the image %s: want a digest", filepath.Base(file), found[1])
			}
		}
	}
	if modules == 0 || images == 0 {
		t.Errorf("%d modules and %d images found", modules, images)
	}
}
