//go:build linux

package chart

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
)

// base is kustomize's, beside its kustomization.yaml.
const base = "../../packaging/kustomize/base/softstop.yaml"

// TestBase: kustomize's base is what the chart makes of its default values, without what only Helm
// knows what to do with, and with the namespace.
func TestBase(t *testing.T) {
	rendered, err := os.ReadFile("testdata/defaults.yaml")
	if err != nil {
		t.Fatal(err)
	}
	got := withoutHelm(string(rendered))
	if *update {
		if err := os.WriteFile(base, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(base); err != nil || string(want) != got {
		t.Errorf("%s is not what the chart makes (%v): go test ./e2e/chart -update", base, err)
	}
	of, err := Objects(rendered)
	if err != nil {
		t.Fatal(err)
	}
	made, err := Objects([]byte(got))
	if err != nil || len(made) != len(of) || bytes.Contains([]byte(got), []byte("helm.sh/")) { // one more, and one less
		t.Errorf("%d objects of %d: %v", len(made), len(of), err)
	}
}

// withoutHelm returns a rendered chart without hooks, and without the lines that say it is Helm's.
func withoutHelm(rendered string) string {
	out := "# Made from charts/softstop by go test ./e2e/chart -update.\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: " + Namespace + "\n"
	for document := range strings.SplitSeq(strings.TrimPrefix(rendered, "---\n"), "\n---\n") {
		if strings.Contains(document, "helm.sh/hook:") {
			continue
		}
		lines := slices.DeleteFunc(strings.Split(strings.TrimSpace(document), "\n"), func(line string) bool {
			return strings.HasPrefix(line, "# Source: ") || strings.HasPrefix(strings.TrimSpace(line), "helm.sh/") || strings.TrimSpace(line) == "app.kubernetes.io/managed-by: Helm"
		})
		out += "---\n" + strings.Join(lines, "\n") + "\n"
	}
	return out
}
