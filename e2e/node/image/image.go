//go:build linux

package image

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
)

// Image says what goes into an image with one layer.
type Image struct {
	// Name with its tag, such as softstop.test/redis:1.
	Name string
	// Root, if given, is a folder whose content becomes the image's root.
	Root string
	// Files are added after Root.
	Files []File
	// Entrypoint and Cmd are the image's own command; Env is a list of NAME=VALUE; WorkingDir and StopSignal may be empty.
	Entrypoint, Cmd, Env   []string
	WorkingDir, StopSignal string
}

// File is one file or symbolic link of an image.
type File struct {
	// From is a file on disk; where it is empty, the content is Text, or a link to Link.
	From, Text, Link string
	// To is the absolute path inside the image.
	To string
	// Mode is the permission bits; 0 means 0755.
	Mode fs.FileMode
}

// Write writes the image to w in the format of docker save, which ctr, buildah and docker load. All files belong to root.
func Write(w io.Writer, img Image) error {
	layer, err := os.CreateTemp("", "softstop-layer-")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(layer.Name()) }()
	defer layer.Close()
	sum := sha256.New()
	if err := WriteLayer(io.MultiWriter(layer, sum), img); err != nil {
		return fmt.Errorf("write the layer of %s: %w", img.Name, err)
	}
	digest := fmt.Sprintf("%x", sum.Sum(nil))
	config, err := json.Marshal(configOf(img, digest))
	if err != nil {
		return err
	}
	configName := fmt.Sprintf("%x.json", sha256.Sum256(config))
	manifest, err := json.Marshal([]map[string]any{{
		"Config": configName, "RepoTags": []string{img.Name}, "Layers": []string{digest + "/layer.tar"},
	}})
	if err != nil {
		return err
	}
	size, err := layer.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if _, err := layer.Seek(0, io.SeekStart); err != nil {
		return err
	}
	out := tar.NewWriter(w)
	for _, part := range []struct {
		name    string
		size    int64
		content io.Reader
	}{
		{"manifest.json", int64(len(manifest)), bytes.NewReader(manifest)},
		{configName, int64(len(config)), bytes.NewReader(config)},
		{digest + "/layer.tar", size, layer},
	} {
		if err := out.WriteHeader(&tar.Header{Name: part.name, Mode: 0o644, Size: part.size}); err != nil {
			return err
		}
		if _, err := io.Copy(out, part.content); err != nil {
			return err
		}
	}
	return out.Close()
}

func configOf(img Image, digest string) map[string]any {
	env := append([]string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}, img.Env...)
	return map[string]any{
		"architecture": runtime.GOARCH, "os": "linux",
		"config": map[string]any{
			"Entrypoint": img.Entrypoint, "Cmd": img.Cmd, "Env": env,
			"WorkingDir": img.WorkingDir, "StopSignal": img.StopSignal,
		},
		// buildah counts the layers here, too.
		"history": []map[string]string{{"created_by": "softstop's tests"}},
		"rootfs":  map[string]any{"type": "layers", "diff_ids": []string{"sha256:" + digest}},
	}
}

// WriteLayer writes what is in the image as a tar archive.
func WriteLayer(w io.Writer, img Image) error {
	t := tar.NewWriter(w)
	if img.Root != "" {
		if err := addFolder(t, img.Root); err != nil {
			return err
		}
	}
	for _, f := range img.Files {
		if err := f.add(t); err != nil {
			return fmt.Errorf("add %s: %w", f.To, err)
		}
	}
	return t.Close()
}

func addFolder(t *tar.Writer, root string) error {
	return filepath.WalkDir(root, func(name string, _ fs.DirEntry, err error) error {
		if err != nil || name == root {
			return err
		}
		info, err := os.Lstat(name)
		if err != nil {
			return err
		}
		var link string
		if info.Mode()&fs.ModeSymlink != 0 {
			if link, err = os.Readlink(name); err != nil {
				return err
			}
		}
		h, err := tar.FileInfoHeader(info, link)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		h.Name, h.Uid, h.Gid, h.Uname, h.Gname = rel, 0, 0, "", ""
		if err := t.WriteHeader(h); err != nil || !info.Mode().IsRegular() {
			return err
		}
		return copyFile(t, name)
	})
}

func (f File) add(t *tar.Writer) error {
	h := &tar.Header{Name: strings.TrimPrefix(path.Clean(f.To), "/"), Mode: int64(f.Mode.Perm()), Typeflag: tar.TypeReg}
	if h.Mode == 0 {
		h.Mode = 0o755
	}
	switch {
	case f.Link != "":
		h.Typeflag, h.Linkname = tar.TypeSymlink, f.Link
		return t.WriteHeader(h)
	case f.From == "":
		h.Size = int64(len(f.Text))
		if err := t.WriteHeader(h); err != nil {
			return err
		}
		_, err := io.WriteString(t, f.Text)
		return err
	}
	info, err := os.Stat(f.From)
	if err != nil {
		return err
	}
	h.Size = info.Size()
	if err := t.WriteHeader(h); err != nil {
		return err
	}
	return copyFile(t, f.From)
}

func copyFile(w io.Writer, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}
