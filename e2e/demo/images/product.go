//go:build linux

package images

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/softstop/softstop/e2e/node"
	"github.com/softstop/softstop/e2e/node/guard"
	"github.com/softstop/softstop/e2e/node/image"
	"github.com/softstop/softstop/e2e/node/parts"
)

// The product's images, as the chart is told to use them.
const (
	Repository = "softstop.test/"
	Tag        = "dev"
	Webhook    = Repository + "softstop-webhook:" + Tag
	Init       = Repository + "softstop-init:" + Tag
	Plugin     = Repository + "softstop-node:" + Tag
)

// Targets are the product's images: the Dockerfile's targets and the names they get here.
func Targets() map[string]string {
	return map[string]string{"webhook": Webhook, "init": Init, "node": Plugin}
}

// builder runs buildah with everything it keeps in one folder.
type builder struct {
	folder, root string
	progress     io.Writer
}

// Product builds the webhook's, the init's and the nodes' plugin's image for this machine from the
// Dockerfile and returns their archives, in this order.
func Product(ctx context.Context, progress io.Writer) ([]string, error) {
	b, unlock, err := newBuilder(ctx, progress)
	if err != nil {
		return nil, err
	}
	defer unlock()
	var archives []string
	for _, target := range []string{"webhook", "init", "node"} {
		archive, err := b.build(ctx, Options{Target: target})
		if err != nil {
			return nil, err
		}
		archives = append(archives, archive)
	}
	return archives, nil
}

// Options say what to build.
type Options struct {
	// Target is the Dockerfile's: webhook, init or node.
	Target string
	// Version is what the program calls itself. Default: devel.
	Version string
}

// Build builds one image for this machine from the Dockerfile and returns its archive, which the
// next build of the same target overwrites.
func Build(ctx context.Context, o Options, progress io.Writer) (string, error) {
	b, unlock, err := newBuilder(ctx, progress)
	if err != nil {
		return "", err
	}
	defer unlock()
	return b.build(ctx, o)
}

// newBuilder prepares the machine and takes the lock, which the caller gives back.
func newBuilder(ctx context.Context, progress io.Writer) (builder, func(), error) {
	if err := node.InstallPackages(ctx, progress, "buildah", "busybox-static"); err != nil {
		return builder{}, nil, err
	}
	root, err := parts.Root(ctx)
	if err != nil {
		return builder{}, nil, err
	}
	cache, err := parts.Cache()
	if err != nil {
		return builder{}, nil, err
	}
	unlock, err := parts.Lock(ctx, filepath.Join(cache, "images.lock"), func() {
		fmt.Fprintln(progress, "waiting for another build of the images")
	})
	if err != nil {
		return builder{}, nil, err
	}
	b := builder{folder: filepath.Join(cache, "buildah"), root: root, progress: progress}
	end := func() {
		_ = b.forget() // the next builder does it again, and says so if it cannot
		unlock()
	}
	if err := b.base(ctx); err != nil {
		end()
		return builder{}, nil, fmt.Errorf("make the stand-in for the Dockerfile's base image: %w", err)
	}
	return b, end, nil
}

// baseImage is what the Dockerfile starts from.
const baseImage = "localhost/golang:1.26"

// forget removes what buildah keeps, and what an interrupted build left. The archives stay.
func (b builder) forget() error {
	for _, kept := range []string{"storage", "run", "tmp"} {
		if err := os.RemoveAll(filepath.Join(b.folder, kept)); err != nil {
			return err
		}
	}
	return nil
}

// base makes an image of the base image's name with a shell and no more: build lays the machine's
// Go over it.
func (b builder) base(ctx context.Context) error {
	if err := b.forget(); err != nil {
		return err
	}
	if err := os.MkdirAll(b.folder+"/tmp", 0o755); err != nil {
		return err
	}
	archive := filepath.Join(b.folder, "base.tar")
	f, err := os.Create(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	err = image.Write(f, image.Image{
		Name:  baseImage,
		Files: append(Busybox(), image.File{To: "/tmp/.keep", Mode: 0o644}),
		Env: []string{
			"PATH=/usr/local/go/bin:/bin", "GOMODCACHE=/cache/mod", "GOCACHE=/cache/build", "GOTOOLCHAIN=local",
		},
	})
	if err != nil {
		return err
	}
	return b.run(ctx, "pull", "docker-archive:"+archive)
}

// build builds one target of the Dockerfile and returns its archive.
func (b builder) build(ctx context.Context, o Options) (string, error) {
	begin := time.Now()
	name, archive := Targets()[o.Target], filepath.Join(b.folder, o.Target+".tar")
	args, err := b.buildArgs(ctx, o, name)
	if err != nil {
		return "", err
	}
	if err := b.run(ctx, args...); err != nil {
		return "", fmt.Errorf("build the image %s: %w", name, err)
	}
	if err := os.RemoveAll(archive); err != nil {
		return "", err
	}
	if err := b.run(ctx, "push", name, "docker-archive:"+archive+":"+name); err != nil {
		return "", fmt.Errorf("write the archive of %s: %w", name, err)
	}
	fmt.Fprintf(b.progress, "  image %s: %s\n", name, time.Since(begin).Round(100*time.Millisecond))
	return archive, nil
}

// buildArgs is buildah's command line. Neither the time of the build nor the builder's name gets
// into the image: the same source gives the same digest. No layer is taken from an earlier build:
// buildah 1.28 takes one that was built with another VERSION.
func (b builder) buildArgs(ctx context.Context, o Options, name string) ([]string, error) {
	env, err := goEnv(ctx, "GOROOT", "GOMODCACHE", "GOCACHE")
	if err != nil {
		return nil, err
	}
	args := []string{
		"build", "--no-cache", "--pull-never", "--isolation", "chroot", "--network", "host", "--target", o.Target, "--tag", name,
		"--timestamp", "0", "--identity-label=false", "--platform", "linux/" + runtime.GOARCH,
		"--volume", env[0] + ":/usr/local/go:ro", "--volume", env[1] + ":/cache/mod", "--volume", env[2] + ":/cache/build",
		"--volume", "/etc/ssl/certs:/etc/ssl/certs:ro",
		"--build-arg", "TARGETARCH=" + runtime.GOARCH,
	}
	if o.Version != "" {
		args = append(args, "--build-arg", "VERSION="+o.Version)
	}
	return append(args, "--file", filepath.Join(b.root, "Dockerfile"), b.root), nil
}

// Digest returns the digest of the image in an archive: what a registry would call it.
func Digest(archive string) (string, error) {
	img, err := tarball.ImageFromPath(archive, nil)
	if err != nil {
		return "", fmt.Errorf("read the image in %s: %w", archive, err)
	}
	digest, err := img.Digest()
	if err != nil {
		return "", fmt.Errorf("read the digest of the image in %s: %w", archive, err)
	}
	return digest.String(), nil
}

// run runs buildah. What it says is shown only when it fails.
func (b builder) run(ctx context.Context, args ...string) error {
	var out bytes.Buffer
	store := []string{"--root", b.folder + "/storage", "--runroot", b.folder + "/run", "--storage-driver", "overlay"}
	cmd := guard.Mounts(exec.Command("buildah", append(store, args...)...))
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.Env = append(os.Environ(), "TMPDIR="+b.folder+"/tmp", "BUILDAH_ISOLATION=chroot")
	if err := guard.Run(ctx, cmd); err != nil {
		return fmt.Errorf("buildah %s: %w\n%s", args[0], err, bytes.TrimSpace(out.Bytes()))
	}
	return nil
}

func goEnv(ctx context.Context, names ...string) ([]string, error) {
	out, err := exec.CommandContext(ctx, "go", append([]string{"env"}, names...)...).Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n"), nil
}
