package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"
)

// programs is the folder inside the root folder where the bench mounts what it brings
// along: the subject and softstop's init. /mnt is empty in Debian.
const programs = "/mnt"

// contestant is one init.
type contestant struct {
	// name is the table's column.
	name string
	// path is the program inside the root folder; empty means that the subject itself
	// is PID 1.
	path string
}

// argv is the container's command line: the subject under the init. Of the words only
// their number matters to the subject.
func (c contestant) argv(words ...string) []string {
	child := append([]string{programs + "/subject"}, words...)
	if c.path == "" {
		return child
	}
	return append([]string{c.path, "--"}, child...)
}

const (
	bare         = "bare"
	softstop     = "softstop"
	softstopGo   = "softstop (ordinary Go)"
	tini         = "tini"
	tiniStatic   = "tini-static"
	dumbInit     = "dumb-init"
	catatonit    = "catatonit"
	subjectEntry = "main.entry"
)

// noOrdinary in place of the ordinary build's path leaves its column out.
const noOrdinary = "none"

// contestants are the columns; the bare subject comes first.
func (p *plan) contestants() []contestant {
	all := []contestant{
		{bare, ""},
		{softstop, programs + "/softstop-init"},
		{softstopGo, programs + "/softstop-init-go"},
		{tini, "/usr/bin/tini"},
		{tiniStatic, "/usr/bin/tini-static"},
		{dumbInit, "/usr/bin/dumb-init"},
		{catatonit, "/usr/bin/catatonit"},
	}
	if p.Ordinary == noOrdinary {
		all = slices.DeleteFunc(all, func(c contestant) bool { return c.name == softstopGo })
	}
	return all
}

// furnish mounts a small memory filesystem at /mnt of the root folder, in this
// process's own mount namespace, and puts the programs there.
func furnish(ctx context.Context, root, init, ordinary string) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	// The ordinary build starts itself again through /proc/self/exe, which any /proc shows.
	if err := unix.Mount("proc", filepath.Join(root, "proc"), "proc", 0, ""); err != nil {
		return fmt.Errorf("mount /proc: %w", err)
	}
	folder := filepath.Join(root, programs)
	if err := unix.Mount("bench", folder, "tmpfs", 0, "mode=0755"); err != nil {
		return fmt.Errorf("mount a memory filesystem on %q: %w", folder, err)
	}
	if err := build(ctx, filepath.Join(folder, "subject")); err != nil {
		return err
	}
	for from, to := range map[string]string{init: "softstop-init", ordinary: "softstop-init-go"} {
		if from == noOrdinary {
			continue
		}
		if err := copyProgram(from, filepath.Join(folder, to)); err != nil {
			return fmt.Errorf("copy %q: %w", from, err)
		}
	}
	return nil
}

func build(ctx context.Context, out string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w -E "+subjectEntry, "-o", out, "github.com/softstop/softstop/e2e/benchinit/subject")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the subject: %w\n%s", err, text)
	}
	return nil
}

func copyProgram(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
