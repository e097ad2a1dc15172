//go:build e2e && linux

package chart

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/softstop/softstop/config"
)

// pages runs the commands that the pages for people have, block by block, as they stand.
// Left out are those that build, install, uninstall or need a release that was pushed: make's are
// everybody's, the rest has been done by now, or is done by e2e/release.
func (w *walk) pages(t *testing.T) {
	root := filepath.Dir(filepath.Dir(w.chart))
	folder := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(folder, "softstop"), "./cmd/softstop")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build softstop: %v\n%s", err, out)
	}
	for _, name := range []string{"charts", "examples"} {
		if err := os.Symlink(filepath.Join(root, name), filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	w.kubectl(t, "", "rollout", "status", "deployment/web", "--namespace", shop, "--timeout="+minutes(1))
	pod := w.kubectl(t, "", "get", "pods", "--namespace", shop, "--selector", "softstop.dev/injected=true", "--output", "jsonpath={.items[0].metadata.name}")
	manifest := w.kubectl(t, "", "get", "pod", pod, "--namespace", shop, "--output", "yaml")
	if err := os.WriteFile(filepath.Join(folder, "pod.yaml"), []byte(manifest), 0o644); err != nil {
		t.Fatal(err)
	}
	install := regexp.MustCompile(`\b(make|docker|cosign|gh|helm (install|uninstall))\b`)
	built := regexp.MustCompile(`(?m)^go build .*\n`)
	names := strings.NewReplacer("oci://"+config.ImageRegistry+"/charts/softstop", "charts/softstop", "NAMESPACE", shop, " POD", " "+pod)
	for _, page := range []string{"README.md", "docs/operating.md", "docs/troubleshooting.md", "docs/webhook.md", "charts/softstop/README.md"} {
		text, err := os.ReadFile(filepath.Join(root, page))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
			if install.MatchString(m[1]) {
				continue
			}
			commands := names.Replace(built.ReplaceAllString(m[1], ""))
			t.Logf("%s:", page)
			w.run(t, "", "sh", "-exc", "cd "+folder+"; PATH=$PATH:.\n"+commands)
		}
	}
}
