//go:build linux

package main

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
)

// index reads an image of the release from its archive, through a folder that the caller removes
// when it has done with it.
func (r release) index(name, folder string) (v1.ImageIndex, error) {
	if err := unpack(filepath.Join(r.out, name+archiveSuffix), folder); err != nil {
		return nil, fmt.Errorf("unpack the image %s: %w", name, err)
	}
	outer, err := layout.ImageIndexFromPath(folder)
	if err != nil {
		return nil, fmt.Errorf("read the image %s: %w", name, err)
	}
	top, err := outer.IndexManifest()
	if err != nil {
		return nil, fmt.Errorf("read the image %s: %w", name, err)
	}
	if len(top.Manifests) != 1 {
		return nil, fmt.Errorf("read the image %s: %d entries, want the one index", name, len(top.Manifests))
	}
	return outer.ImageIndex(top.Manifests[0].Digest)
}

// digest is that of an image of the release, for all architectures together.
func (r release) digest(name string) (string, error) {
	folder, err := os.MkdirTemp("", "softstop-layout-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	index, err := r.index(name, folder)
	if err != nil {
		return "", err
	}
	digest, err := index.Digest()
	return digest.String(), err
}

// unpack is the reverse of pack, for archives that pack has made: folders come before their files.
func unpack(archive, folder string) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	in := tar.NewReader(f)
	for {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name := filepath.Clean(h.Name)
		if h.Typeflag == tar.TypeDir {
			if err := root.Mkdir(name, 0o755); err != nil {
				return err
			}
			continue
		}
		if err := copyTo(root, name, in); err != nil {
			return err
		}
	}
}

func copyTo(root *os.Root, name string, from io.Reader) error {
	to, err := root.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return errors.Join(err, to.Close())
}
