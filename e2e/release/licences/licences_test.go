package licences

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/licenseclassifier/v2/assets"
)

// TestProduct is the licence check: every module of the product is under an acceptable licence.
func TestProduct(t *testing.T) {
	modules, err := Modules(t.Context(), "../../..", []string{"./cmd/..."}, "linux", "darwin", "windows")
	if err != nil {
		t.Fatal(err)
	}
	if len(modules) < 20 {
		t.Fatalf("only %d modules found", len(modules))
	}
	r, err := NewReader()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range modules {
		names, err := r.Of(m)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, name := range names {
			if !slices.Contains(Acceptable(), name) {
				t.Errorf("%s %s is under %s, which is not acceptable", m.Path, m.Version, name)
			}
		}
	}
}

// TestUnacceptable shows that other licences are recognised, and that none is not taken for one.
func TestUnacceptable(t *testing.T) {
	r, err := NewReader()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if names, err := r.Of(Module{Path: "example.com/none", Dir: dir}); err == nil {
		t.Errorf("no licence at all is taken for %v", names)
	}
	text, err := assets.ReadLicenseFile("License/WTFPL/license.txt")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "COPYING"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	names, err := r.Of(Module{Path: "example.com/other", Dir: dir})
	if err != nil || len(names) != 1 || slices.Contains(Acceptable(), names[0]) {
		t.Errorf("another licence is taken for %v: %v", names, err)
	}
}
