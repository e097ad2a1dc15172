//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// program is one of the four, for one system.
type program struct{ name, system, architecture string }

// allPrograms are what is released. Whoever stops pods does it on Linux; people sit in front of
// anything.
func allPrograms() []program {
	var all []program
	for _, architecture := range architectures() {
		all = append(all,
			program{"softstop-webhook", "linux", architecture},
			program{"softstop-init", "linux", architecture},
			program{"softstop-node", "linux", architecture},
			program{"softstop", "linux", architecture},
			program{"softstop", "darwin", architecture},
			program{"softstop", "windows", architecture},
		)
	}
	return all
}

// architectures are what images and programs are built for.
func architectures() []string { return []string{"amd64", "arm64"} }

// file is the program's name in the release.
func (p program) file() string {
	return p.name + "-" + p.system + "-" + p.architecture + p.suffix()
}

// plain is the program's name where it is installed.
func (p program) plain() string { return p.name + p.suffix() }

func (p program) suffix() string {
	if p.system == "windows" {
		return ".exe"
	}
	return ""
}

// tools are the people's tool for each system that the release ships it for.
func (r release) tools() (list []program) {
	for _, p := range r.ships {
		if p.name == "softstop" {
			list = append(list, p)
		}
	}
	return list
}

// programs builds all of them.
func (r release) programs(ctx context.Context) error {
	for _, p := range r.ships {
		if err := r.build(ctx, p); err != nil {
			return fmt.Errorf("build %s: %w", p.file(), err)
		}
		fmt.Fprintln(r.progress, "  built", p.file())
	}
	return nil
}

// build builds one program. The init has a recipe of its own, the others the usual flags.
func (r release) build(ctx context.Context, p program) error {
	out, err := filepath.Abs(filepath.Join(r.out, p.file()))
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false",
		"-ldflags=-s -w -X github.com/softstop/softstop/initbin.Version="+r.version, "-o", out, "./cmd/"+p.name)
	if p.name == "softstop-init" {
		cmd = exec.CommandContext(ctx, "sh", "cmd/softstop-init/build.sh", out)
	}
	var said bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = r.root, &said, &said
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+p.system, "GOARCH="+p.architecture, "VERSION="+r.version)
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%w\n%s", err, said.Bytes())
	}
	return nil
}

// native returns the file of a program for this machine's architecture.
func (r release) native(name string) string {
	return filepath.Join(r.out, program{name, "linux", runtime.GOARCH}.file())
}
