package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/softstop/softstop/cmd/softstop/manifest"
)

// standardInput is the -f that means it.
const standardInput = "-"

// standardInputName is what standard input is called for people.
const standardInputName = "standard input"

// maxFile bounds what is read as one file, in bytes: a device has no end.
const maxFile = 256 << 20

// source is a file that -f means. Found means that it was in a folder, where not everything is a
// manifest, rather than named; other, that it is of another language than YAML and JSON.
type source struct {
	path         string
	found, other bool
}

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

// expand returns the files that the -f arguments mean: a folder means the YAML and JSON files in
// it, and with recursive those below it. Every argument that means none is in the error; closed is
// what of a folder cannot be looked at.
func expand(arguments []string, recursive bool) (files []source, closed []manifest.Unread, err error) {
	var errs []error
	for i, argument := range arguments {
		switch {
		case argument == standardInput:
			if slices.Contains(arguments[:i], argument) {
				errs = append(errs, fmt.Errorf("-f - is given twice: standard input can be read once"))
				continue
			}
			files = append(files, source{path: argument})
			continue
		case argument == "":
			errs = append(errs, fmt.Errorf(`-f "": must be a file, a folder, or - for standard input`))
			continue
		case strings.HasPrefix(argument, "http://"), strings.HasPrefix(argument, "https://"):
			errs = append(errs, fmt.Errorf("-f %s: URLs are not read; pipe it: curl -fsS %s | softstop … -f -", argument, argument))
			continue
		}
		info, err := os.Stat(argument)
		if err != nil {
			errs = append(errs, fmt.Errorf("read manifest: %w", err))
			continue
		}
		if !info.IsDir() {
			files = append(files, source{path: argument})
			continue
		}
		inside, shut := manifestsIn(argument, recursive)
		files, closed = append(files, inside...), append(closed, shut...)
		if len(inside)+len(shut) == 0 {
			errs = append(errs, fmt.Errorf("folder %q has no .yaml, .yml or .json files", argument))
		}
	}
	return files, closed, errors.Join(errs...)
}

// manifestsIn returns the files in a folder that may be manifests, and what of it is closed. A link
// to a file is a file; a link to a folder is followed if it is the folder itself, as it may lead in
// a circle.
func manifestsIn(folder string, recursive bool) (files []source, closed []manifest.Unread) {
	root := folder + string(filepath.Separator)
	// The function returns no error but SkipDir.
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		isManifest := slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(path))
		switch {
		case err != nil:
			closed = append(closed, unreadable(filepath.Clean(path), err))
		case entry.IsDir() && path != root && (!recursive || strangers(entry.Name())):
			return fs.SkipDir
		case !entry.IsDir() && (isManifest || manifest.IsOther(path)) && readable(path, entry):
			files = append(files, source{filepath.Clean(path), true, !isManifest})
		}
		return nil
	})
	return files, closed
}

// strangers reports whether a folder of that name holds what tools have fetched for themselves, and
// nobody applies. A folder called vendor is no such one: vendir and jsonnet-bundler put there what
// is applied.
func strangers(folder string) bool {
	return slices.Contains([]string{"node_modules", ".git", ".terraform", ".venv"}, folder)
}

// unreadable is the report of a file in a folder, or of a folder, that cannot be opened.
func unreadable(path string, err error) manifest.Unread {
	var cause *fs.PathError
	if errors.As(err, &cause) {
		err = cause.Err
	}
	return manifest.Unread{Cause: manifest.Unreadable, File: path, Text: err.Error()}
}

// readable reports whether an entry of a folder is a file, or a link to one. Reading a pipe or a
// device might never end.
func readable(path string, entry fs.DirEntry) bool {
	if entry.Type()&fs.ModeSymlink == 0 {
		return entry.Type().IsRegular()
	}
	info, err := os.Stat(path)
	return err != nil || info.Mode().IsRegular() // an error is reported by who reads it
}

// load reads a file, or standard input, and returns what it is called for people.
func load(cmd *cobra.Command, file string) (name string, data []byte, err error) {
	name = file
	var from io.Reader
	if file == standardInput {
		name, from = standardInputName, cmd.InOrStdin()
	} else {
		opened, err := os.Open(file)
		if err != nil {
			return name, nil, fmt.Errorf("read manifest: %w", err)
		}
		defer opened.Close()
		if info, err := opened.Stat(); err == nil && info.Mode()&fs.ModeDevice != 0 && file != os.DevNull && !term.IsTerminal(int(opened.Fd())) {
			return name, nil, fmt.Errorf("%s is a device, no file with manifests", name)
		}
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
