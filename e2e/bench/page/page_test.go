package page

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/softstop/softstop/e2e/bench/figures"
)

// TestWrite measures two parts, and the first once more: its section is replaced, the other stays,
// in the page's order.
func TestWrite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.md")
	order := []string{"first", "second", "never"}
	for _, s := range []Section{
		{Name: "second", Title: "Second", Text: "two"},
		{Name: "first", Title: "First", Text: "old", Pictures: map[string]string{"first.svg": "old"}},
		{
			Name: "first", Title: "First", Text: "new", Pictures: map[string]string{"first.svg": "new"},
			Goals: []figures.Goal{figures.AtMost("zero", "%.0f", 0, 1)},
		},
	} {
		if err := Write(file, "# Head", "today", order, s); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const want = `# Head

<!-- begin first -->
## First

new

| goal | measured | |
|---|---:|:-:|
| zero: at most 0 | 1 | ✗ |

` + "`make bench-first`" + `, today
<!-- end first -->

<!-- begin second -->
## Second

two

` + "`make bench-second`" + `, today
<!-- end second -->
`
	if string(got) != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	picture, err := os.ReadFile(filepath.Join(filepath.Dir(file), "first.svg"))
	if err != nil || string(picture) != "new" {
		t.Errorf("the picture is %q, %v", picture, err)
	}
}

func TestTable(t *testing.T) {
	got := Table([]string{"what", "a", "b"}, [][]string{{"x", "1", "2"}})
	if want := "| what | a | b |\n|---|---:|---:|\n| x | 1 | 2 |\n"; got != want {
		t.Errorf("got %q", got)
	}
	if strings.Count(got, "\n") != 3 {
		t.Errorf("%q", got)
	}
}
