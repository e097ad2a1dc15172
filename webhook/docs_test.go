package webhook_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/softstop/softstop/config"
)

// TestDocsYAML reads the configuration of the documentation, as people will copy it.
func TestDocsYAML(t *testing.T) {
	page, err := os.ReadFile("../docs/webhook.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)<!-- configuration -->\n```yaml\n(.*?)```").FindAllSubmatch(page, -1)
	if len(blocks) == 0 {
		t.Fatal("no configuration in docs/webhook.md")
	}
	for _, block := range blocks {
		if _, err := config.Parse(block[1]); err != nil {
			t.Errorf("%v in:\n%s", err, block[1])
		}
	}
}

// TestMetricsAreDocumented holds the table of metrics to the code: same names, same words,
// none too many.
func TestMetricsAreDocumented(t *testing.T) {
	joined := regexp.MustCompile(`"\s*\+\s*"`) // of a text on several lines
	declared := map[string]string{}
	for _, pattern := range []string{"*.go", "*/*.go", "../cmd/softstop-webhook/*.go"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, found := range regexp.MustCompile(`Name:\s*"(softstop_\w+)",\s*Help:\s*"([^"]+)"`).FindAllStringSubmatch(joined.ReplaceAllString(string(source), ""), -1) {
				declared[found[1]] = found[2]
			}
		}
	}
	page, err := os.ReadFile("../docs/webhook.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `(softstop_\\w+)` \\| (.*) \\|$").FindAllStringSubmatch(string(page), -1) {
		documented[row[1]] = row[2]
	}
	if len(declared) < 8 || !maps.Equal(declared, documented) {
		for name, help := range declared {
			if documented[name] != help {
				t.Errorf("docs/webhook.md lacks the row:\n| `%s` | %s |", name, help)
			}
		}
		for name := range documented {
			if _, there := declared[name]; !there {
				t.Errorf("docs/webhook.md has %s, which is no more", name)
			}
		}
	}
}

// TestHardPods holds the table of hard pods to what there is: every number once, each
// with a holder, and every holder exists.
func TestHardPods(t *testing.T) {
	page, err := os.ReadFile("../docs/hard-pods.md")
	if err != nil {
		t.Fatal(err)
	}
	exists := func(number, holder string) bool {
		pattern := map[string]string{"golden": "inject/testdata/%02s-*.in.yaml", "node": "../e2e/suite/pods/%02s-*.yaml"}[holder]
		if pattern != "" {
			found, _ := filepath.Glob(strings.ReplaceAll(pattern, "%02s", strings.Repeat("0", max(0, 2-len(number)))+number))
			return len(found) > 0
		}
		file, test, named := strings.Cut(strings.Trim(holder, "`"), "` `")
		source, err := os.ReadFile(filepath.Join("..", file))
		return named && err == nil && regexp.MustCompile(`(?m)^func (\(\w+ \*?\w+\) )?`+regexp.QuoteMeta(test)+`\(`).Match(source)
	}
	rows := regexp.MustCompile(`(?m)^\| (\d+) \| .* \| (.*) \|$`).FindAllStringSubmatch(string(page), -1)
	last := 0
	for _, row := range rows {
		number, _ := strconv.Atoi(row[1])
		if number <= last || number > last+1 && last < 87 { // the nineties are golden pods about settings
			t.Fatalf("the row of %d comes after that of %d", number, last)
		}
		last = number
		for holder := range strings.SplitSeq(row[2], ", ") {
			if !exists(row[1], holder) {
				t.Errorf("hard pod %s: there is no %s", row[1], holder)
			}
		}
		for _, kind := range []string{"golden", "node"} {
			if exists(row[1], kind) && !slices.Contains(strings.Split(row[2], ", "), kind) {
				t.Errorf("hard pod %s: the %s is not listed", row[1], kind)
			}
		}
	}
	if len(rows) < 87 {
		t.Errorf("%d hard pods, want 87 and more", len(rows))
	}
	golden, _ := filepath.Glob("inject/testdata/*.in.yaml")
	for _, file := range golden {
		number, _, _ := strings.Cut(filepath.Base(file), "-")
		number = strings.TrimLeft(number, "0")
		isRow := func(row []string) bool { return row[1] == number }
		if settings := len(number) == 2 && number[0] == '9'; !settings && !slices.ContainsFunc(rows, isRow) {
			t.Errorf("docs/hard-pods.md has no row %s: %s", number, file)
		}
	}
}
