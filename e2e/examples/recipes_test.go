//go:build linux

package examples

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// TestEveryExampleIsTried compares the folder with the table.
func TestEveryExampleIsTried(t *testing.T) {
	files, err := filepath.Glob("../../examples/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var there, tried []string
	for _, f := range files {
		there = append(there, filepath.Base(f))
	}
	for _, e := range Examples() {
		tried = append(tried, e.File)
	}
	slices.Sort(tried)
	if !slices.Equal(there, tried) {
		t.Errorf("examples has %q, the table %q", there, tried)
	}
}

// TestRecipes holds docs/recipes.md to the examples: every link leads to a file, and every example
// has its recipe.
func TestRecipes(t *testing.T) {
	page, err := os.ReadFile("../../docs/recipes.md")
	if err != nil {
		t.Fatal(err)
	}
	linked := map[string]bool{}
	for _, link := range regexp.MustCompile(`\]\(\.\./examples/([^)]+)\)`).FindAllSubmatch(page, -1) {
		linked[string(link[1])] = true
	}
	for _, e := range Examples() {
		if !linked[e.File] {
			t.Errorf("docs/recipes.md says nothing about %s", e.File)
		}
		delete(linked, e.File)
	}
	for name := range linked {
		t.Errorf("docs/recipes.md has a link to %s, which is not there", name)
	}
}

// TestCheckFindsNothingWrong runs the people's tool over the folder: what it does not know, without
// a registry, are notes.
func TestCheckFindsNothingWrong(t *testing.T) {
	out, err := exec.Command("go", "run", "../../cmd/softstop", "check", "-f", "../../examples").CombinedOutput()
	if err != nil {
		t.Errorf("softstop check: %v\n%s", err, out)
	}
}
