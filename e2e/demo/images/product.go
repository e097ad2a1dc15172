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
)

// builder runs buildah with everything it keeps in one folder.
type builder struct {
	folder, root string
	progress     io.Writer
}

// Product builds the webhook's and the init's image from the Dockerfile and returns their archives, in this order.
func Product(ctx context.Context, progress io.Writer) ([]string, error) {
	if err := node.InstallPackages(ctx, progress, "buildah", "busybox-static"); err != nil {
		return nil, err
	}
	root, err := parts.Root(ctx)
	if err != nil {
		return nil, err
	}
	cache, err := parts.Cache()
	if err != nil {
		return nil, err
	}
	unlock, err := parts.Lock(ctx, filepath.Join(cache, "images.lock"), func() {
		fmt.Fprintln(progress, "waiting for another build of the images")
	})
	if err != nil {
		return nil, err
	}
	defer unlock()
	b := builder{folder: filepath.Join(cache, "buildah"), root: root, progress: progress}
	if err := b.base(ctx); err != nil {
		return nil, fmt.Errorf("make the stand-in for the Dockerfile's base image: %w", err)
	}
	var archives []string
	for _, t := range []struct{ target, name string }{{"webhook", Webhook}, {"init", Init}} {
		archive, err := b.build(ctx, t.target, t.name)
		if err != nil {
			return nil, fmt.Errorf("build the image %s: %w", t.name, err)
		}
		archives = append(archives, archive)
	}
	return archives, nil
}

// baseImage is what the Dockerfile starts from.
const baseImage = "localhost/golang:1.26"

// base makes an image of the base image's name with a shell and no more: build lays the machine's Go over it.
func (b builder) base(ctx context.Context) error {
	if err := os.MkdirAll(b.folder+"/tmp", 0o755); err != nil {
		return err
	}
	if err := b.run(ctx, "inspect", "--type", "image", baseImage); err == nil {
		return nil
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
func (b builder) build(ctx context.Context, target, name string) (string, error) {
	begin := time.Now()
	archive := filepath.Join(b.folder, target+".tar")
	goroot, err := goEnv(ctx, "GOROOT", "GOMODCACHE", "GOCACHE")
	if err != nil {
		return "", err
	}
	args := []string{
		"build", "--pull-never", "--isolation", "chroot", "--network", "host", "--layers", "--target", target, "--tag", name,
		"--volume", goroot[0] + ":/usr/local/go:ro", "--volume", goroot[1] + ":/cache/mod", "--volume", goroot[2] + ":/cache/build",
		"--volume", "/etc/ssl/certs:/etc/ssl/certs:ro",
		"--build-arg", "TARGETARCH=" + runtime.GOARCH,
		"--file", filepath.Join(b.root, "Dockerfile"), b.root,
	}
	if err := b.run(ctx, args...); err != nil {
		return "", err
	}
	if err := os.RemoveAll(archive); err != nil {
		return "", err
	}
	if err := b.run(ctx, "push", name, "docker-archive:"+archive+":"+name); err != nil {
		return "", err
	}
	fmt.Fprintf(b.progress, "  image %s: %s\n", name, time.Since(begin).Round(100*time.Millisecond))
	return archive, nil
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
