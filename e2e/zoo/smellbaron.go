package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// smellBaronPath is where a cell finds smell-baron.
const smellBaronPath = "/zoo/smell-baron"

// buildSmellBaron builds smell-baron with its own Makefile from a copy of the folder
// source in the folder into, and returns the program's path. No package has it and the
// zoo does not fetch it: whoever wants the column points to the source.
//
// It is linked statically, so that the host's C library does not matter in the cells.
func buildSmellBaron(ctx context.Context, source, into string) (string, error) {
	if err := os.Mkdir(into, 0o755); err != nil {
		return "", err
	}
	for _, name := range []string{"Makefile", "main.c"} {
		data, err := os.ReadFile(filepath.Join(source, name))
		if errors.Is(err, os.ErrNotExist) {
			return "", fmt.Errorf("-smell-baron: %q has no %s: it takes the folder of smell-baron's source, with its Makefile and main.c", source, name)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(into, name), data, 0o644)
		}
		if err != nil {
			return "", fmt.Errorf("-smell-baron: copy the source: %w", err)
		}
	}
	make := exec.CommandContext(ctx, "make", "-C", into, "release", "flags=-Wall -std=c99 -static")
	if out, err := make.CombinedOutput(); err != nil {
		return "", fmt.Errorf("-smell-baron: make release in a copy of %q: %w\n%s", source, err, out)
	}
	program := filepath.Join(into, "smell-baron")
	if _, err := os.Stat(program); err != nil {
		return "", fmt.Errorf("-smell-baron: make release in a copy of %q made no smell-baron", source)
	}
	return program, nil
}
