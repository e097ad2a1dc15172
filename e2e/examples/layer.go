//go:build linux

package examples

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// layer is a tar archive in a file as an image's layer. It is not compressed: it only goes from one
// folder of this machine to another.
type layer struct {
	path   string
	digest v1.Hash
	size   int64
}

// Digest and the methods below implement v1.Layer.
func (l layer) Digest() (v1.Hash, error) { return l.digest, nil }

// DiffID is the digest: nothing is compressed.
func (l layer) DiffID() (v1.Hash, error) { return l.digest, nil }

// Compressed opens the archive.
func (l layer) Compressed() (io.ReadCloser, error) { return os.Open(l.path) }

// Uncompressed opens the archive.
func (l layer) Uncompressed() (io.ReadCloser, error) { return os.Open(l.path) }

// Size is the archive's, in bytes.
func (l layer) Size() (int64, error) { return l.size, nil }

// MediaType says that nothing is compressed.
func (l layer) MediaType() (types.MediaType, error) { return types.DockerUncompressedLayer, nil }

// layerFrom reads the archive at path once, for its digest.
func layerFrom(path string) (layer, error) {
	f, err := os.Open(path)
	if err != nil {
		return layer{}, err
	}
	defer f.Close()
	digest, size, err := v1.SHA256(f)
	if err != nil {
		return layer{}, fmt.Errorf("read %s: %w", path, err)
	}
	return layer{path: path, digest: digest, size: size}, nil
}

// unused is what none of the servers needs: two thirds of the zoo's root folder.
func unused() []string {
	return []string{
		"./dev/*", "./proc/*", "./sys/*", "./root/*", "./var/cache/apt/*", "./var/lib/apt/*", "./var/lib/mysql/*", "./var/lib/dpkg/*",
		"./var/lib/postgresql/*", "./usr/include", "./usr/local/lib/*", "./usr/sbin/mariadbd", "*.a",
		"./usr/share/doc", "./usr/share/man", "./usr/share/locale", "./usr/share/i18n", "./usr/share/X11", "./usr/share/zsh",
		"./usr/share/nodejs/@babel", "./usr/share/nodejs/@types", "./usr/share/nodejs/core-js*", "./usr/share/nodejs/rxjs", "./usr/share/nodejs/lodash*",
		"./usr/share/nodejs/webpack", "./usr/share/nodejs/eslint*", "./usr/share/nodejs/es-abstract", "./usr/share/nodejs/web-streams-polyfill",
		"./usr/lib/gcc", "./usr/lib/erlang", "./usr/lib/ruby", "./usr/lib/*/dri", "./usr/lib/*/libLLVM*", "./usr/lib/*/libz3*", "./usr/lib/*/lib*san*",
		"./usr/bin/caddy", "./usr/bin/etcd*", "./usr/bin/*-linux-gnu-*", "./usr/bin/maria*", "./usr/bin/aria*", "./usr/bin/my*", "./usr/bin/prometheus*",
	}
}

// archiveRoot archives the folder root, with its owners, into the file at path.
func archiveRoot(ctx context.Context, root, path string) error {
	args := []string{"--create", "--numeric-owner", "--no-wildcards-match-slash", "--directory", root, "--file", path}
	for _, pattern := range unused() {
		args = append(args, "--exclude", pattern)
	}
	if out, err := exec.CommandContext(ctx, "tar", append(args, ".")...).CombinedOutput(); err != nil {
		return fmt.Errorf("archive %s: %w\n%s", root, err, out)
	}
	return nil
}
