//go:build e2e && linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/softstop/softstop/e2e/node/parts"
)

// TestVulncheck has make vulncheck read a database of one vulnerability, made up, in a function
// that the webhook calls, and an empty one: the real one cannot be reached from everywhere, and
// knows, one hopes, nothing.
func TestVulncheck(t *testing.T) {
	root, err := parts.Root(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const at = `"modified":"2026-01-01T00:00:00Z"`
	vulnerability := `{"schema_version":"1.3.1","id":"GO-2026-0001","published":"2026-01-01T00:00:00Z",` + at + `,
		"summary":"made up","details":"made up","database_specific":{"url":"https://pkg.go.dev/vuln/GO-2026-0001"},"affected":[{
		"package":{"name":"golang.org/x/time","ecosystem":"Go"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}],
		"ecosystem_specific":{"imports":[{"path":"golang.org/x/time/rate","symbols":["NewLimiter"]}]}}]}`
	for modules, want := range map[string]string{
		`[{"path":"golang.org/x/time","vulns":[{"id":"GO-2026-0001",` + at + `}]}]`: "events.NewRecorder calls rate.NewLimiter",
		`[]`: "No vulnerabilities found",
	} {
		folder := t.TempDir()
		for name, text := range map[string]string{
			"index/db.json": `{` + at + `}`, "index/modules.json": modules,
			"index/vulns.json": `[{"id":"GO-2026-0001",` + at + `}]`, "ID/GO-2026-0001.json": vulnerability,
		} {
			file := filepath.Join(folder, name)
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.CommandContext(t.Context(), "make", "vulncheck", "VULNDB=file://"+folder)
		cmd.Dir = root
		out, err := cmd.CombinedOutput()
		if found := modules != "[]"; found != (err != nil) || !strings.Contains(string(out), want) {
			t.Errorf("database %s: %v, want %q in:\n%s", modules, err, want, out)
		}
	}
}
