//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/softstop/softstop/e2e/node/image"
)

// chartImages are the images that the chart names; allImages has the people's tool, too.
func chartImages() []string { return []string{"softstop-webhook", "softstop-init", "softstop-node"} }
func allImages() []string   { return append(chartImages(), "softstop") }

// images packs the program of each image for all architectures, and joins them.
func (r release) images(context.Context) error {
	for _, name := range allImages() {
		index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
		for _, p := range r.ships {
			if p.name != name || p.system != "linux" {
				continue
			}
			packed, err := r.image(p)
			if err != nil {
				return fmt.Errorf("pack the image of %s for %s: %w", name, p.architecture, err)
			}
			index = mutate.AppendManifests(index, mutate.IndexAddendum{
				Add: packed, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: p.architecture}},
			})
		}
		digest, err := index.Digest()
		if err != nil {
			return fmt.Errorf("join the images of %s: %w", name, err)
		}
		archive := name + archiveSuffix
		if err := r.writeLayout(filepath.Join(r.out, archive), index); err != nil {
			return fmt.Errorf("write %s: %w", archive, err)
		}
		fmt.Fprintf(r.progress, "  wrote %s, %s\n", archive, digest)
	}
	return nil
}

// archiveSuffix is what the file of an image has behind its name.
const archiveSuffix = ".oci.tar"

// image is the image of one program, as the Dockerfile describes it.
func (r release) image(p program) (v1.Image, error) {
	var files bytes.Buffer
	content, user := image.Image{}, "65532:65532"
	if p.name == "softstop-node" {
		// It brings the init, and is root: the runtime's sockets are.
		content.Files, user = append(content.Files, r.file(program{"softstop-init", p.system, p.architecture})), ""
	}
	content.Files = append(content.Files, r.file(p))
	if err := image.WriteLayer(&files, content); err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(files.Bytes())), nil
	}, tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, err
	}
	epoch := v1.Time{Time: time.Unix(0, 0).UTC()}
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	base, err = mutate.ConfigFile(base, &v1.ConfigFile{
		OS: p.system, Architecture: p.architecture, Created: epoch,
		Config: v1.Config{User: user, Entrypoint: []string{"/" + p.name}},
		RootFS: v1.RootFS{Type: "layers"},
	})
	if err != nil {
		return nil, err
	}
	return mutate.Append(base, mutate.Addendum{Layer: layer, History: v1.History{CreatedBy: "make release", Created: epoch}})
}

// file is a program as images have it.
func (r release) file(p program) image.File {
	return image.File{From: filepath.Join(r.out, p.file()), To: "/" + p.name}
}

// writeLayout writes an index with all that it refers to as an OCI layout, in one archive.
func (r release) writeLayout(archive string, index v1.ImageIndex) error {
	folder, err := os.MkdirTemp("", "softstop-layout-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	path, err := layout.Write(folder, empty.Index)
	if err != nil {
		return err
	}
	if err := path.AppendIndex(index, layout.WithAnnotations(map[string]string{"org.opencontainers.image.ref.name": r.version})); err != nil {
		return err
	}
	return pack(archive, folder)
}
