//go:build linux

package parts

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/softstop/softstop/e2e/node/guard"
)

const module = "github.com/softstop/softstop"

// Build returns the folder that holds p's programs, and builds them first when they are not there yet. What it does and how
// long it takes goes to progress.
func Build(ctx context.Context, p Part, progress io.Writer) (string, error) {
	source, err := sourceFolder(ctx, "e2e/node/parts/"+p.Name)
	if err != nil {
		return "", err
	}
	cache, err := Cache()
	if err != nil {
		return "", err
	}
	key, err := p.key(source)
	if err != nil {
		return "", err
	}
	final := filepath.Join(cache, "parts", p.Name+"-"+key)
	if _, err := os.Stat(final); err == nil {
		return final, nil
	}
	unlock, err := Lock(ctx, final+".lock", func() {
		fmt.Fprintf(progress, "waiting for another build of %s\n", p)
	})
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(final); err == nil {
		return final, nil
	}
	if err := p.buildInto(ctx, source, final, progress); err != nil {
		return "", fmt.Errorf("build %s: %w", p, err)
	}
	return final, nil
}

// key is a hash of everything that decides what the programs will be.
func (p Part) key(source string) (string, error) {
	h := sha256.New()
	files, err := sources(source)
	if err != nil {
		return "", fmt.Errorf("read the pins of %s: %w", p, err)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		h.Write(files[name])
	}
	_, _ = fmt.Fprintln(h, runtime.Version(), p.Version, p.ldflags, p.Programs)
	return fmt.Sprintf("%s-%x", p.Version, h.Sum(nil)[:6]), nil
}

// sources are the files of a part's folder: go.mod, go.sum, and Go files of its own.
func sources(folder string) (map[string][]byte, error) {
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, name := range append(names, filepath.Join(folder, "go.mod"), filepath.Join(folder, "go.sum")) {
		if files[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// buildInto builds in a temporary folder beside final. It needs the lock: what an interrupted build left there goes first.
func (p Part) buildInto(ctx context.Context, source, final string, progress io.Writer) error {
	work := final + ".work"
	if err := os.RemoveAll(work); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	out := filepath.Join(work, "out")
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	files, err := sources(source)
	if err != nil {
		return err
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(work, name), content, 0o644); err != nil {
			return err
		}
	}
	if p.pin != nil {
		if err := p.pin(ctx, work); err != nil {
			return err
		}
	}
	watch := startWatch(progress, fmt.Sprintf("building %s (%d programs, usually %s, once)", p, len(p.Programs), p.Usual))
	// All at once, so that they are linked side by side. A single one may be called otherwise than its package.
	to, names := out+"/", slices.Sorted(maps.Keys(p.Programs))
	if len(names) == 1 {
		to += names[0]
	}
	args := []string{"build", "-v", "-trimpath", "-buildvcs=false", "-ldflags=-s -w " + p.ldflags, "-o", to}
	for _, name := range names {
		args = append(args, p.Programs[name])
	}
	if err := goCommand(ctx, work, watch, args...); err != nil {
		watch.stop("failed")
		return err
	}
	watch.stop("done")
	return os.Rename(out, final)
}

// Own builds one of this repository's own programs, named by its path in the module such as cmd/x, and returns its file.
// Go's own cache makes this quick.
func Own(ctx context.Context, pkg string) (string, error) {
	root, err := Root(ctx)
	if err != nil {
		return "", err
	}
	cache, err := Cache()
	if err != nil {
		return "", err
	}
	bin := filepath.Join(cache, "own")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return "", err
	}
	work, err := os.MkdirTemp(bin, ".work-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(work) }()
	name := filepath.Base(pkg)
	err = goCommand(ctx, root, io.Discard, "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w",
		"-o", filepath.Join(work, name), module+"/"+pkg)
	if err != nil {
		return "", fmt.Errorf("build %s: %w", pkg, err)
	}
	final := filepath.Join(bin, name)
	return final, os.Rename(filepath.Join(work, name), final)
}

// goCommand runs the go command in dir; its messages go to log, and to the error when it fails.
func goCommand(ctx context.Context, dir string, log io.Writer, args ...string) error {
	var tail bytes.Buffer
	cmd := guard.Tree(exec.Command("go", args...))
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	cmd.Stderr = io.MultiWriter(log, &tail)
	if err := guard.Run(ctx, cmd); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		lines := strings.Split(strings.TrimSpace(tail.String()), "\n")
		return fmt.Errorf("go %s: %w\n%s", args[0], err, strings.Join(lines[max(0, len(lines)-20):], "\n"))
	}
	return nil
}

// Root is the folder of the repository's own module.
func Root(ctx context.Context) (string, error) { return sourceFolder(ctx, "") }

func sourceFolder(ctx context.Context, sub string) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		return "", fmt.Errorf("find the sources of %s (run this inside its repository): %w", module, err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), sub), nil
}
