//go:build linux

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"

	"github.com/softstop/softstop/e2e/node/guard"
	"github.com/softstop/softstop/e2e/node/parts"
)

func main() { guard.Main("release", run) }

// release is one release while it is built.
type release struct {
	// version has a v in front; root is the source, out the folder of the results.
	version, root, out string
	// ships are the programs for each system.
	ships    []program
	progress io.Writer
}

func run(ctx context.Context, args []string) error {
	if len(args) > 0 && args[0] == "push" {
		return runPush(ctx, args[1:])
	}
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	version := flags.String("version", "", "such as v1.2.3")
	out := flags.String("out", "", "the `folder` to build into; what is in it is deleted")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if !regexp.MustCompile(`^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$`).MatchString(*version) {
		return fmt.Errorf("version %q: want one such as v1.2.3 or v1.2.3-rc.1", *version)
	}
	if *out == "" {
		return errors.New("-out is missing")
	}
	root, err := parts.Root(ctx)
	if err != nil {
		return err
	}
	r := release{version: *version, root: root, out: filepath.Clean(*out), ships: allPrograms(), progress: os.Stderr}
	if err := os.RemoveAll(r.out); err != nil {
		return err
	}
	if err := os.MkdirAll(r.out, 0o755); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{r.programs, r.archives, r.recipes, r.materials, r.images, r.chart, r.checksums} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}
