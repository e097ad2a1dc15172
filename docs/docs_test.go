// Package docs_test holds the pages for people to what is there.
package docs_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/softstop/softstop/config"
)

var update = flag.Bool("update", false, "write what is compared")

// pages returns every page for people, by its path from here.
func pages(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"*.md", "../*.md", "../charts/softstop/*.md"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			all[name] = string(text)
		}
	}
	return all
}

// TestLinks follows every link to a file.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:\s]+)(#[^)]*)?\)`)
	for page, text := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), m[1])); err != nil {
				t.Errorf("%s: %v", page, err)
			}
		}
	}
}

// TestArchitecture: the page names every folder that has a package of the product, and every folder
// of e2e, and none that is not there.
func TestArchitecture(t *testing.T) {
	page := pages(t)["architecture.md"]
	for _, pattern := range []string{"../cmd/*", "../cmd/softstop/*", "../config", "../config/*", "../webhook/*", "../webhook/*/*", "../initbin/*", "../e2e/*"} {
		folders, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, folder := range folders {
			sources, _ := filepath.Glob(folder + "/*.go")
			folder = strings.TrimPrefix(folder, "../")
			last := filepath.Base(folder)
			if len(sources) > 0 && !strings.Contains(page, "`"+folder+"`") && !strings.Contains(page, "`"+folder+"/`") && !strings.Contains(page, "`"+last+"`") {
				t.Errorf("docs/architecture.md does not name %s", folder)
			}
		}
	}
	for _, m := range regexp.MustCompile("`((?:cmd|config|webhook|initbin|charts|packaging|examples|e2e)/[a-z0-9/._-]*)`").FindAllStringSubmatch(page, -1) {
		if _, err := os.Stat(filepath.Join("..", m[1])); err != nil {
			t.Errorf("docs/architecture.md names what is not there: %v", err)
		}
	}
}

// TestTargets looks for every make target that a page names.
func TestTargets(t *testing.T) {
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	targets := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^([a-z][a-z0-9 -]*):`).FindAllStringSubmatch(string(makefile), -1) {
		for _, target := range strings.Fields(m[1]) {
			targets[target] = true
		}
	}
	named := regexp.MustCompile("(?m)(?:`|^)make ([a-z][a-z0-9-]*)")
	for page, text := range pages(t) {
		for _, m := range named.FindAllStringSubmatch(text, -1) {
			if !targets[m[1]] {
				t.Errorf("%s: the Makefile has no target %q", page, m[1])
			}
		}
	}
}

// TestFigures looks for every figure of the README's table in the page that the row names, which a
// program has written.
func TestFigures(t *testing.T) {
	all := pages(t)
	_, table, found := strings.Cut(all["../README.md"], "<!-- figures -->")
	table, _, _ = strings.Cut(table, "<!-- end of figures -->")
	rows := regexp.MustCompile(`(?m)^\| (.*) \| (.*) \| \[.*\]\(docs/(.*\.md)\) \|$`).FindAllStringSubmatch(table, -1)
	if !found || len(rows) == 0 {
		t.Fatal("the README has no figures")
	}
	plain := strings.NewReplacer("*", "")
	for _, row := range rows {
		for figure := range strings.SplitSeq(plain.Replace(row[2]), ", ") {
			figure, _, _ = strings.Cut(figure, ": ")
			if !strings.Contains(plain.Replace(all[row[3]]), figure) {
				t.Errorf("%s: docs/%s does not say %q", row[1], row[3], figure)
			}
		}
	}
}

// TestReasons wants an entry for every reason, and none for what is no reason.
func TestReasons(t *testing.T) {
	text, err := os.ReadFile("troubleshooting.md")
	if err != nil {
		t.Fatal(err)
	}
	_, entries, _ := strings.Cut(string(text), "## By reason")
	there := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^- `([^`]+)`: ").FindAllStringSubmatch(entries, -1) {
		there[m[1]] = true
	}
	source, err := os.ReadFile("../webhook/inject/reasons.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`Reason = "([a-z0-9-]+)"`).FindAllStringSubmatch(string(source), -1) {
		if !there[m[1]] {
			t.Errorf("docs/troubleshooting.md has no entry for %q", m[1])
		}
		delete(there, m[1])
	}
	for word := range there {
		t.Errorf("docs/troubleshooting.md explains %q, which is no reason", word)
	}
}

// TestAlerts wants every alert of the chart in the operator's guide.
func TestAlerts(t *testing.T) {
	guide, err := os.ReadFile("operating.md")
	if err != nil {
		t.Fatal(err)
	}
	rules, err := os.ReadFile("../charts/softstop/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`alert: (\w+)`).FindAllSubmatch(rules, -1) {
		if !bytes.Contains(guide, append([]byte("| "), m[1]...)) {
			t.Errorf("docs/operating.md does not say what to do about %s", m[1])
		}
	}
}

// TestSettings holds the tables of settings to the one in package config; -update writes them.
func TestSettings(t *testing.T) {
	for _, table := range []struct{ page, after, row string }{
		{"webhook.md", "| name | value | built in | what it says |\n|---|---|---|---|\n", "| `%s`%s | %s | %s | %s |\n"},
		{"../README.md", "the chart's `mode` |\n", "| `" + config.Prefix + "%s`%s | %s | %s |%.0s\n"},
	} {
		made := ""
		for _, field := range config.Fields() {
			star := map[bool]string{true: " *"}[field.PerContainer()]
			example, builtIn, says := field.Documentation()
			made += fmt.Sprintf(table.row, field, star, example, builtIn, says)
		}
		text := pages(t)[table.page]
		before, rest, found := strings.Cut(text, table.after)
		after := rest
		for strings.HasPrefix(after, "| ") {
			_, after, _ = strings.Cut(after, "\n")
		}
		switch fresh := before + table.after + made + after; {
		case !found:
			t.Errorf("%s has no %q", table.page, table.after)
		case *update:
			if err := os.WriteFile(table.page, []byte(fresh), 0o644); err != nil {
				t.Fatal(err)
			}
		case fresh != text:
			t.Errorf("%s has other rows than config/settings.go: see git diff after go test ./docs -run TestSettings -update", table.page)
		}
	}
}

// TestBeforeAndAfter injects the README's pod.
func TestBeforeAndAfter(t *testing.T) {
	readme := pages(t)["../README.md"]
	block := func(name string) string {
		m := regexp.MustCompile("(?s)<!-- " + name + " -->\n```yaml\n(.*?)```").FindStringSubmatch(readme)
		if m == nil {
			t.Fatalf("README.md has no block %q", name)
		}
		return m[1]
	}
	inject := exec.Command("go", "run", "../cmd/softstop", "inject", "-f", "-")
	inject.Stdin = strings.NewReader(block("before"))
	after, err := inject.Output()
	if err != nil {
		t.Fatal(err)
	}
	if string(after) != block("after") {
		t.Errorf("README.md shows another pod than softstop inject makes:\n%s", after)
	}
}

// TestSecurityTests: each attack and each promise in SECURITY.md's tables names a test, and that is
// there.
func TestSecurityTests(t *testing.T) {
	page, err := os.ReadFile("../SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	_, held, _ := strings.Cut(string(page), "## What holds this\n")
	held, _, _ = strings.Cut(held, "\n## ")
	rows := regexp.MustCompile("(?m)^\\| .+ \\| `([a-z0-9/-]+)` `(Test\\w+)` \\|$").FindAllStringSubmatch(held, -1)
	const headings = 4
	if lines := strings.Count(held, "\n|") - headings; len(rows) < 40 || len(rows) != lines {
		t.Fatalf("of %d attacks and promises SECURITY.md names %d tests", lines, len(rows))
	}
	for _, row := range rows {
		files, _ := filepath.Glob(filepath.Join("..", row[1], "*_test.go"))
		if !slices.ContainsFunc(files, func(file string) bool {
			source, err := os.ReadFile(file)
			return err == nil && strings.Contains(string(source), "func "+row[2]+"(t *testing.T)")
		}) {
			t.Errorf("%s has no %s", row[1], row[2])
		}
	}
}
