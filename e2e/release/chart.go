//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/e2e/node/parts"
)

// chart packages the chart with Helm, as this version.
func (r release) chart(ctx context.Context) error {
	helm, err := parts.Build(ctx, parts.Helm(), r.progress)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "softstop-chart-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	source := filepath.Join(work, "softstop")
	if err := os.CopyFS(source, os.DirFS(filepath.Join(r.root, "charts/softstop"))); err != nil {
		return fmt.Errorf("copy the chart: %w", err)
	}
	if err := r.nameImages(filepath.Join(source, "Chart.yaml")); err != nil {
		return err
	}
	// Helm puts each file's time into the archive, and a checkout's is that of the checkout.
	err = filepath.WalkDir(source, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chtimes(path, time.Unix(0, 0), time.Unix(0, 0))
	})
	if err != nil {
		return fmt.Errorf("copy the chart: %w", err)
	}
	version := strings.TrimPrefix(r.version, "v")
	cmd := exec.CommandContext(ctx, filepath.Join(helm, "helm"), "package", source,
		"--version", version, "--app-version", version, "--destination", r.out)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("package the chart: %w\n%s", err, said.Bytes())
	}
	fmt.Fprintln(r.progress, "  packaged the chart")
	return nil
}

// nameImages writes the digests of this release's images into Chart.yaml, from where the templates
// and Artifact Hub take them.
func (r release) nameImages(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for _, name := range chartImages() {
		digest, err := r.digest(name)
		if err != nil {
			return err
		}
		repository := config.ImageRegistry + "/" + name
		image := regexp.MustCompile(`(?m)image: ` + regexp.QuoteMeta(repository) + `:\S+$`)
		if found := image.FindAll(text, -1); len(found) != 1 {
			return fmt.Errorf("name the images in Chart.yaml: %s is there %d times, want it once", repository, len(found))
		}
		text = image.ReplaceAll(text, []byte("image: "+repository+"@"+digest))
	}
	return os.WriteFile(file, text, 0o644)
}
