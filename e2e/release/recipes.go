//go:build linux

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

// recipe is what the manifests in packaging are filled in with.
type recipe struct {
	// Version has a v in front, Plain has none; URL is where the release's files are.
	Version, Plain, URL string
	// Archives are the people's tool for each system, in the order of release.ships.
	Archives []recipeArchive
}

type recipeArchive struct{ System, Architecture, File, Sum, Program string }

// recipes writes the manifests of package managers, krew's and Homebrew's, with the archives'
// checksums.
func (r release) recipes(context.Context) error {
	filled := recipe{Version: r.version, Plain: strings.TrimPrefix(r.version, "v"), URL: downloads + r.version}
	for _, p := range r.tools() {
		content, err := os.ReadFile(filepath.Join(r.out, p.archive()))
		if err != nil {
			return err
		}
		filled.Archives = append(filled.Archives, recipeArchive{p.system, p.architecture, p.archive(), fmt.Sprintf("%x", sha256.Sum256(content)), p.plain()})
	}
	for _, name := range []string{"krew/softstop.yaml", "homebrew/softstop.rb"} {
		t, err := template.ParseFiles(filepath.Join(r.root, "packaging", name))
		if err != nil {
			return err
		}
		var text bytes.Buffer
		if err := t.Execute(&text, filled); err != nil {
			return fmt.Errorf("fill in %s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(r.out, strings.ReplaceAll(name, "/", "-")), text.Bytes(), 0o644); err != nil {
			return err
		}
	}
	fmt.Fprintln(r.progress, "  wrote the manifests of krew and Homebrew")
	return nil
}

// downloads is where a release's files are, by its version.
const downloads = "https://github.com/softstop/softstop/releases/download/"
