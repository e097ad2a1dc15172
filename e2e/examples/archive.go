//go:build linux

package examples

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/softstop/softstop/e2e/node/image"
	"github.com/softstop/softstop/e2e/zoo/debian"
)

// Archive writes the stand-ins for all examples as one archive, in the format of docker save, to w.
// They share the layer with the servers. Its files are in the folder work, about 1.5 GB for as long
// as the caller keeps them.
func Archive(ctx context.Context, w io.Writer, work string, progress io.Writer) error {
	root, err := debian.Root(ctx, progress)
	if err != nil {
		return err
	}
	servers := filepath.Join(work, "servers.tar")
	if err := archiveRoot(ctx, root, servers); err != nil {
		return err
	}
	base, err := addLayer(empty.Image, servers)
	if err != nil {
		return err
	}
	images := map[name.Reference]v1.Image{}
	for _, e := range Examples() {
		ref, err := name.ParseReference(e.Image.Name)
		if err != nil {
			return fmt.Errorf("%s: %w", e.File, err)
		}
		if images[ref], err = standIn(base, e, work); err != nil {
			return fmt.Errorf("make the stand-in for %s: %w", e.Image.Name, err)
		}
	}
	return tarball.MultiRefWrite(images, w)
}

// standIn puts an example's own files and configuration on top of the servers.
func standIn(base v1.Image, e Example, work string) (v1.Image, error) {
	path := filepath.Join(work, e.App+".tar")
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := image.WriteLayer(f, e.Image); err != nil {
		return nil, err
	}
	img, err := addLayer(base, path)
	if err != nil {
		return nil, err
	}
	file, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	file = file.DeepCopy()
	file.Architecture, file.OS = runtime.GOARCH, "linux"
	file.Config = v1.Config{
		Entrypoint: e.Image.Entrypoint, Cmd: e.Image.Cmd, WorkingDir: e.Image.WorkingDir, StopSignal: e.Image.StopSignal,
		Env: append([]string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}, e.Image.Env...),
	}
	return mutate.ConfigFile(img, file)
}

// addLayer puts the archive at path on top of img.
func addLayer(img v1.Image, path string) (v1.Image, error) {
	l, err := layerFrom(path)
	if err != nil {
		return nil, err
	}
	return mutate.AppendLayers(img, l)
}
