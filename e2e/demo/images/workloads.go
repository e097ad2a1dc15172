//go:build linux

package images

import (
	"context"
	"crypto/sha256"
	"embed"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/softstop/softstop/e2e/node"
	"github.com/softstop/softstop/e2e/node/guard"
	"github.com/softstop/softstop/e2e/node/image"
	"github.com/softstop/softstop/e2e/node/parts"
)

// The workloads' images.
const (
	// App has the demo's own application as /app, and busybox.
	App = Repository + "app:" + Tag
	// Redis has Debian's redis-server with its dash and bash.
	Redis = Repository + "redis:" + Tag
)

// Workloads makes the demo's images and returns their archives.
func Workloads(ctx context.Context, progress io.Writer) ([]string, error) {
	app, err := MakeApp(ctx, progress)
	if err != nil {
		return nil, err
	}
	redis, err := Debian(ctx, image.Image{Name: Redis, Cmd: []string{"/bin/bash"}}, progress, "redis-server", "dash", "bash", "coreutils")
	if err != nil {
		return nil, err
	}
	return []string{app, redis}, nil
}

// MakeApp makes the image App and returns its archive.
func MakeApp(ctx context.Context, progress io.Writer) (string, error) {
	if err := node.InstallPackages(ctx, progress, "busybox-static"); err != nil {
		return "", err
	}
	app, err := parts.Own(ctx, "e2e/demo/app")
	if err != nil {
		return "", err
	}
	files, err := scriptFiles()
	if err != nil {
		return "", err
	}
	files = append(append(files, Busybox()...), image.File{From: app, To: "/app"}, image.File{To: "/tmp/.keep", Mode: 0o644})
	return Pack("app.tar", image.Image{Name: App, Files: files, Cmd: []string{"/app"}})
}

//go:embed scripts
var scripts embed.FS

// scriptFiles are the launch scripts, as people have them in their images.
func scriptFiles() ([]image.File, error) {
	var files []image.File
	entries, err := scripts.ReadDir("scripts")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		text, err := scripts.ReadFile("scripts/" + e.Name())
		if err != nil {
			return nil, err
		}
		files = append(files, image.File{Text: string(text), To: "/scripts/" + e.Name()})
	}
	return files, nil
}

// Debian makes an image from Debian's packages and all they depend on, and returns its archive.
// Their scripts are not run: there is nothing to configure. img says the rest: its Files are added
// to theirs, its Root is replaced.
func Debian(ctx context.Context, img image.Image, progress io.Writer, packages ...string) (string, error) {
	cache, err := parts.Cache()
	if err != nil {
		return "", err
	}
	key := fmt.Sprintf("debian-%x", sha256.Sum256(fmt.Append(nil, img, packages)))[:19]
	archive := filepath.Join(cache, "images", key+".tar")
	unlock, err := parts.Lock(ctx, archive+".lock", func() { fmt.Fprintln(progress, "waiting for another build of "+img.Name) })
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(archive); err == nil {
		return archive, nil
	}
	fmt.Fprintf(progress, "making %s from Debian's packages\n", img.Name)
	work := archive + ".work"
	if err := os.RemoveAll(work); err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(work) }()
	if err := unpackDebian(ctx, work, packages); err != nil {
		return "", fmt.Errorf("make %s: %w", img.Name, err)
	}
	img.Root = work + "/root"
	return Pack(key+".tar", img)
}

// unpackDebian downloads the packages with all that they need into work and unpacks them below
// work/root.
func unpackDebian(ctx context.Context, work string, packages []string) error {
	for _, dir := range []string{"debs/partial", "root/usr/bin", "root/usr/sbin", "root/usr/lib", "root/usr/lib64", "root/data", "root/tmp"} {
		if err := os.MkdirAll(filepath.Join(work, dir), 0o755); err != nil {
			return err
		}
	}
	// As on a real Debian: packages name either path.
	for _, name := range []string{"bin", "sbin", "lib", "lib64"} {
		if err := os.Symlink("usr/"+name, filepath.Join(work, "root", name)); err != nil {
			return err
		}
	}
	if err := os.WriteFile(work+"/status", nil, 0o644); err != nil {
		return err
	}
	if err := run(ctx, "apt-get", "update", "-qq"); err != nil {
		return err
	}
	// With an empty list of installed packages apt downloads every dependency, whatever this
	// machine has.
	err := run(ctx, "apt-get", append([]string{
		"-o", "Dir::State::status=" + work + "/status", "-o", "Dir::Cache::archives=" + work + "/debs",
		"-o", "APT::Sandbox::User=root", "install", "-y", "-qq", "--no-install-recommends", "--download-only",
	}, packages...)...)
	if err != nil {
		return err
	}
	debs, err := filepath.Glob(work + "/debs/*.deb")
	if err != nil {
		return err
	}
	for _, deb := range debs {
		const unpack = `dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink --exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/locale -C "$2"`
		if err := run(ctx, "bash", "-o", "pipefail", "-c", unpack, "unpack", deb, work+"/root"); err != nil {
			return err
		}
	}
	return nil
}

// Pack writes an image into the cache, in one step, and returns the file; name is the file's.
func Pack(name string, img image.Image) (string, error) {
	cache, err := parts.Cache()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "images")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(dir, ".work-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	defer f.Close()
	if err := image.Write(f, img); err != nil {
		return "", err
	}
	final := filepath.Join(dir, name)
	return final, os.Rename(f.Name(), final)
}

func run(ctx context.Context, name string, args ...string) error {
	var out strings.Builder
	cmd := guard.Tree(exec.Command(name, args...))
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := guard.Run(ctx, cmd); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, out.String())
	}
	return nil
}
