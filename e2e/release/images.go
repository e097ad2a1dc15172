//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/softstop/softstop/e2e/demo/images"
)

// images builds both images for all architectures and joins them.
func (r release) images(ctx context.Context) error {
	for _, target := range []string{"webhook", "init"} {
		index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
		for _, architecture := range architectures() {
			image, err := r.image(ctx, target, architecture)
			if err != nil {
				return err
			}
			index = mutate.AppendManifests(index, mutate.IndexAddendum{
				Add: image, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: architecture}},
			})
		}
		digest, err := index.Digest()
		if err != nil {
			return fmt.Errorf("join the images of the %s: %w", target, err)
		}
		name := "softstop-" + target + ".oci.tar"
		if err := r.writeLayout(filepath.Join(r.out, name), index); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		fmt.Fprintf(r.progress, "  wrote %s, %s\n", name, digest)
	}
	return nil
}

// image builds one image. Its layers are taken into memory, a few megabytes each: the next build overwrites the archive.
func (r release) image(ctx context.Context, target, architecture string) (v1.Image, error) {
	archive, err := images.Build(ctx, images.Options{Target: target, Architecture: architecture, Version: r.version}, r.progress)
	if err != nil {
		return nil, err
	}
	image, err := tarball.ImageFromPath(archive, nil)
	if err != nil {
		return nil, fmt.Errorf("read the image in %s: %w", archive, err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("read the configuration of the image in %s: %w", archive, err)
	}
	if config.Architecture != architecture {
		return nil, fmt.Errorf("the image in %s is for %s, want %s", archive, config.Architecture, architecture)
	}
	return mutate.ConfigMediaType(mutate.MediaType(image, types.OCIManifestSchema1), types.OCIConfigJSON), nil
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
