//go:build linux

package chart

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/softstop/softstop/config"
)

// eachGolden runs do for every testdata/NAME.values.yaml, with what the chart makes of it.
func eachGolden(t *testing.T, do func(t *testing.T, name string, rendered []byte)) {
	t.Helper()
	needsNodeParts(t)
	files, err := filepath.Glob("testdata/*.values.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no testdata/*.values.yaml: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".values.yaml")
		t.Run(name, func(t *testing.T) {
			rendered, err := Template(t.Context(), "--values", file)
			if err != nil {
				t.Fatal(err)
			}
			do(t, name, rendered)
		})
	}
}

// TestLint: Helm has nothing to say about the chart.
func TestLint(t *testing.T) {
	needsNodeParts(t)
	folder, err := Folder(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out, err := Helm(t.Context(), "lint", "--strict", folder)
	if err != nil || bytes.Contains(out, []byte("[")) {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestGolden compares what the templates make with what they are known to make.
func TestGolden(t *testing.T) {
	eachGolden(t, func(t *testing.T, name string, rendered []byte) {
		golden := filepath.Join("testdata", name+".yaml")
		if *update {
			if err := os.WriteFile(golden, rendered, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil || !bytes.Equal(rendered, want) {
			t.Errorf("%s is not what the templates make (%v): see git diff after go test ./e2e/chart -update", golden, err)
		}
	})
}

// TestGoldensHaveValues: none is stale.
func TestGoldensHaveValues(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		values := strings.TrimSuffix(file, ".yaml") + ".values.yaml"
		if _, err := os.Stat(values); err != nil && !strings.HasSuffix(file, ".values.yaml") {
			t.Errorf("%s has no %s", file, values)
		}
	}
}

// TestConfiguration: whatever the values, the webhook can read its configuration.
func TestConfiguration(t *testing.T) {
	eachGolden(t, func(t *testing.T, _ string, rendered []byte) {
		text, _, _ := unstructured.NestedString(find(t, rendered, "ConfigMap", Release+"-webhook").Object, "data", "config.yaml")
		if _, err := config.Parse([]byte(text)); err != nil {
			t.Errorf("%v in:\n%s", err, text)
		}
	})
}

// find returns one object.
func find(t *testing.T, rendered []byte, kind, name string) *unstructured.Unstructured {
	t.Helper()
	objects, err := Objects(rendered)
	if err != nil {
		t.Fatal(err)
	}
	for _, object := range objects {
		if object.GetKind() == kind && object.GetName() == name {
			return object
		}
	}
	t.Fatalf("no %s %s", kind, name)
	return nil
}
