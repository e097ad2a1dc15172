//go:build e2e && linux

package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/softstop/softstop/e2e/demo/images"
	"github.com/softstop/softstop/e2e/node/parts"
)

// TestImages packs the images twice: the same bytes. It reads them as who pulls them does, each
// platform having a program for its processor, and builds this machine's from the Dockerfile: the
// same program, user and entry point.
func TestImages(t *testing.T) {
	root, err := parts.Root(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := release{version: "v0.0.1", root: root, out: t.TempDir(), ships: allPrograms(), progress: os.Stderr}
	for _, p := range allPrograms() {
		if p.system != "linux" {
			continue // it has no image
		}
		if err := r.build(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	var sums [2]string
	for i := range sums {
		if err := r.images(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := r.checksums(t.Context()); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(r.out, "SHA256SUMS"))
		if err != nil {
			t.Fatal(err)
		}
		sums[i] = string(text)
		if err := os.Remove(filepath.Join(r.out, "SHA256SUMS")); err != nil {
			t.Fatal(err)
		}
	}
	if sums[0] != sums[1] {
		t.Errorf("packed twice:\n%sand\n%s", sums[0], sums[1])
	}
	r.released(t, "softstop")
	for target := range images.Targets() {
		released := r.released(t, "softstop-"+target)
		archive, err := images.Build(t.Context(), images.Options{Target: target, Version: r.version}, os.Stderr)
		if err != nil {
			t.Fatal(err)
		}
		built, err := tarball.ImageFromPath(archive, nil)
		if err != nil {
			t.Fatal(err)
		}
		if want, got := describe(t, built), released[runtime.GOARCH]; got != want {
			t.Errorf("%s: released\n%s, built from the Dockerfile\n%s", target, got, want)
		}
	}
}

// released reads the images of one archive and describes each by its architecture.
func (r release) released(t *testing.T, name string) map[string]string {
	t.Helper()
	index, err := r.index(name, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, m := range manifest.Manifests {
		img, err := index.Image(m.Digest)
		if err != nil {
			t.Fatal(err)
		}
		found[m.Platform.Architecture] = describe(t, img)
	}
	for _, architecture := range architectures() {
		if found[architecture] == "" {
			t.Errorf("%s has no image for %s", name, architecture)
		}
	}
	return found
}

// describe says what matters of an image, and holds its program to the architecture that it names.
func describe(t *testing.T, img v1.Image) string {
	t.Helper()
	config, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	files := mutate.Extract(img)
	defer files.Close()
	text := fmt.Sprintf("%s/%s as %s runs %q", config.OS, config.Architecture, config.Config.User, config.Config.Entrypoint)
	in := tar.NewReader(files)
	for {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return text
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		f, err := elf.NewFile(bytes.NewReader(content))
		if err != nil {
			t.Fatalf("%s: %v", h.Name, err)
		}
		if want := map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}[config.Architecture]; f.Machine != want {
			t.Errorf("the image for %s has a program for %s", config.Architecture, f.Machine)
		}
		text += fmt.Sprintf("; /%s %v owner %d:%d is %x", h.Name, h.FileInfo().Mode().Perm(), h.Uid, h.Gid, sha256.Sum256(content))
	}
}
