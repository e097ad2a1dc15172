//go:build linux

package chart

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The chart's README has its table of values between these.
const tableBegin, tableEnd = "<!-- values -->\n", "<!-- end of values -->\n"

// TestREADME holds the README's table to values.yaml; -update writes it.
func TestREADME(t *testing.T) {
	readme := chartFile(t, "README.md")
	before, rest, found := bytes.Cut(readme, []byte(tableBegin))
	_, after, ended := bytes.Cut(rest, []byte(tableEnd))
	if !found || !ended {
		t.Fatalf("charts/softstop/README.md has no %q and %q", tableBegin, tableEnd)
	}
	fresh := bytes.Join([][]byte{before, []byte(tableBegin), table(readValues(t)), []byte(tableEnd), after}, nil)
	if *update {
		folder, err := Folder(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "README.md"), fresh, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(readme, fresh) {
		t.Error("charts/softstop/README.md is not what values.yaml says: go test ./e2e/chart -update")
	}
}

// table is the README's table of values, in Markdown.
func table(values []value) []byte {
	var b bytes.Buffer
	fmt.Fprint(&b, "| value | default | what it says |\n|---|---|---|\n")
	bar := strings.NewReplacer("|", `\|`)
	for _, v := range values {
		fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", v.path, bar.Replace(v.standard), bar.Replace(v.comment))
	}
	return b.Bytes()
}
