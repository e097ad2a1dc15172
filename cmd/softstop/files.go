package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// standardInput is the -f that means it.
const standardInput = "-"

// maxFile bounds what is read as one file, in bytes: a device has no end.
const maxFile = 256 << 20

// noArguments refuses arguments; whoever gives one most likely means a file.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if cmd.Flags().Lookup("filename") != nil {
		return fmt.Errorf("argument %q is not understood: files are given as -f %s", args[0], args[0])
	}
	return fmt.Errorf("argument %q is not understood: %s takes none", args[0], cmd.CommandPath())
}

// expand returns the files that the -f arguments mean: a folder means the YAML and JSON
// files in it, and with recursive those below it.
func expand(arguments []string, recursive bool) ([]string, error) {
	var files []string
	for _, argument := range arguments {
		switch {
		case argument == standardInput:
			if slices.Contains(files, argument) {
				return nil, fmt.Errorf("-f - is given twice: standard input can be read once")
			}
			files = append(files, argument)
			continue
		case argument == "":
			return nil, fmt.Errorf(`-f "": must be a file, a folder, or - for standard input`)
		case strings.HasPrefix(argument, "http://"), strings.HasPrefix(argument, "https://"):
			return nil, fmt.Errorf("-f %s: URLs are not read; pipe it: curl -fsS %s | softstop … -f -", argument, argument)
		}
		info, err := os.Stat(argument)
		if err != nil {
			return nil, fmt.Errorf("read manifest: %w", err)
		}
		if !info.IsDir() {
			files = append(files, argument)
			continue
		}
		inside, err := manifestsIn(argument, recursive)
		if err != nil {
			return nil, fmt.Errorf("read folder %q: %w", argument, err)
		}
		if len(inside) == 0 {
			return nil, fmt.Errorf("folder %q has no .yaml, .yml or .json files", argument)
		}
		files = append(files, inside...)
	}
	return files, nil
}

func manifestsIn(folder string, recursive bool) (files []string, err error) {
	return files, filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != folder && !recursive:
			return fs.SkipDir
		case !entry.IsDir() && slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(path)):
			files = append(files, path)
		}
		return nil
	})
}

// load reads a file, or standard input, and returns what it is called for people.
func load(cmd *cobra.Command, file string) (name string, data []byte, err error) {
	name = file
	var from io.Reader
	if file == standardInput {
		name, from = "standard input", cmd.InOrStdin()
	} else {
		opened, err := os.Open(file)
		if err != nil {
			return name, nil, fmt.Errorf("read manifest: %w", err)
		}
		defer opened.Close()
		from = opened
	}
	data, err = io.ReadAll(io.LimitReader(from, maxFile+1))
	if err != nil {
		return name, nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(data) > maxFile {
		return name, nil, fmt.Errorf("%s has more than %d MiB", name, maxFile>>20)
	}
	return name, data, nil
}
