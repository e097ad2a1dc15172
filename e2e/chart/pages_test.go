//go:build linux

package chart

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestPagesInstall: the chart has every value that a page sets, and the Dockerfile every target
// that a page builds: the walk runs all other commands of the pages, but it has neither a registry
// nor docker.
func TestPagesInstall(t *testing.T) {
	paths := map[string]bool{}
	for _, v := range readValues(t) {
		paths[v.path] = true
	}
	folder, err := Folder(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Dir(filepath.Dir(folder))
	dockerfile, err := os.ReadFile(filepath.Join(root, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, pattern := range []string{"*.md", "docs/*.md", "charts/softstop/*.md", "charts/softstop/templates/NOTES.txt"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	set, target := regexp.MustCompile("--set(?:-file)? ([^\\s`]+)"), regexp.MustCompile(`--target (\w+)`)
	sets, targets := 0, 0
	for _, file := range files {
		page, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range set.FindAllSubmatch(page, -1) {
			for assignment := range strings.SplitSeq(string(m[1]), ",") {
				path, _, _ := strings.Cut(assignment, "=")
				if sets++; !paths[path] && path != "config…" {
					t.Errorf("%s sets %s, which is no value of the chart's", filepath.Base(file), path)
				}
			}
		}
		for _, m := range target.FindAllSubmatch(page, -1) {
			if targets++; !bytes.Contains(dockerfile, append([]byte(" AS "), m[1]...)) {
				t.Errorf("%s builds the target %s, which the Dockerfile does not have", filepath.Base(file), m[1])
			}
		}
	}
	if sets == 0 || targets == 0 {
		t.Errorf("%d values and %d targets found in the pages", sets, targets)
	}
}

// TestArgoCD: what the README tells Argo CD to leave alone is what the chart makes.
func TestArgoCD(t *testing.T) {
	_, text, found := strings.Cut(string(chartFile(t, "README.md")), "```yaml\nspec:\n  ignoreDifferences:")
	if !found {
		t.Fatal("charts/softstop/README.md has no ignoreDifferences")
	}
	text, _, _ = strings.Cut("spec:\n  ignoreDifferences:"+text, "```")
	var application struct {
		Spec struct {
			IgnoreDifferences []struct{ Group, Kind, Name string } `yaml:"ignoreDifferences"`
		}
	}
	if err := yaml.Unmarshal([]byte(text), &application); err != nil {
		t.Fatal(err)
	}
	golden, err := os.ReadFile("testdata/defaults.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, ignored := range application.Spec.IgnoreDifferences {
		object := regexp.MustCompile(`(?m)^apiVersion: ` + regexp.QuoteMeta(ignored.Group) + `/?v1\nkind: ` + ignored.Kind + `\nmetadata:\n  name: ` + ignored.Name)
		if !object.Match(golden) {
			t.Errorf("the chart makes no %+v", ignored)
		}
	}
	if len(application.Spec.IgnoreDifferences) != 2 {
		t.Errorf("%d objects, want the webhook configuration and the Secret", len(application.Spec.IgnoreDifferences))
	}
}
