//go:build linux

package parts

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// pinKubernetes writes to dir a go.mod for another version than the pinned one, made from the release's own: its go directive,
// and its staging modules, which are published under their own versions (v1.31.4 goes with v0.31.4), in place of the
// relative folders that its go.mod names.
func pinKubernetes(ctx context.Context, dir, version string, programs map[string]string) error {
	const kubernetes = "k8s.io/kubernetes"
	var found struct{ GoMod string }
	if err := goJSON(ctx, dir, &found, "mod", "download", "-json", kubernetes+"@"+version); err != nil {
		return err
	}
	var release struct {
		Go      string
		Replace []struct{ Old, New struct{ Path string } }
	}
	if err := goJSON(ctx, dir, &release, "mod", "edit", "-json", found.GoMod); err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "module %s/e2e/node/parts/kubernetes\n\ngo %s\n\nrequire %s %s\n\n", module, release.Go, kubernetes, version)
	for _, pkg := range programs {
		fmt.Fprintf(&b, "tool %s\n", pkg)
	}
	staging := "v0" + strings.TrimPrefix(version, "v1")
	for _, r := range release.Replace {
		if strings.HasPrefix(r.New.Path, "./staging/") {
			fmt.Fprintf(&b, "replace %s => %s %s\n", r.Old.Path, r.Old.Path, staging)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(b.String()), 0o644); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(dir, "go.sum")); err != nil {
		return err
	}
	return goCommand(ctx, dir, io.Discard, "mod", "tidy")
}

func goJSON(ctx context.Context, dir string, into any, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("go %s: %w", strings.Join(args, " "), err)
	}
	return json.Unmarshal(out, into)
}
