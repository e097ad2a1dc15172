package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"
	"gomodules.xyz/jsonpatch/v2"

	"github.com/softstop/softstop/cmd/softstop/manifest"
)

// change is what inject or uninject does to one pod.
type change struct {
	manifest.Template
	operations []jsonpatch.Operation
	summary    string // for people
}

// destination are the flags that say where changed files go.
type destination struct {
	format  format
	inPlace bool
	diff    bool
}

func (d *destination) flags(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&d.inPlace, "in-place", "i", false, "write the changed files where they were, and print nothing")
	cmd.Flags().BoolVar(&d.diff, "diff", false, "print what would change in the files, as a unified diff")
	d.format.flag(cmd, "yaml (the files as they are, JSON stays JSON), json, patch (JSON patches), or text (what changes)", "yaml", "json", "patch", "text")
	cmd.MarkFlagsMutuallyExclusive("in-place", "diff", "output")
}

// write carries changes out on files and writes them to where they were asked for. What cannot be
// changed stays as it was, and is in the error.
func (d *destination) write(cmd *cobra.Command, files []*manifest.File, changes []change) error {
	switch d.format.value {
	case "text":
		for _, c := range changes {
			fmt.Fprintf(cmd.OutOrStdout(), "%s:%d: %s: %s\n", c.File(), c.Line(), c.Title(), c.summary)
		}
		return nil
	case "patch":
		return printPatches(cmd.OutOrStdout(), changes)
	}
	if d.inPlace && slices.ContainsFunc(files, func(f *manifest.File) bool { return f.Name == standardInputName }) {
		return errors.New("--in-place: standard input is no file that could be written")
	}
	var errs []error
	for _, c := range changes {
		c.Apply(c.operations)
	}
	switch {
	case d.inPlace:
		errs = append(errs, eachChanged(cmd, files, func(f *manifest.File, text []byte) error { return replaceFile(f.Name, text) }))
	case d.diff:
		errs = append(errs, eachChanged(cmd, files, func(file *manifest.File, text []byte) error {
			_, err := cmd.OutOrStdout().Write(diff.Diff("a/"+file.Name, file.Source(), "b/"+file.Name, text))
			return err
		}))
	case d.format.value == "json":
		errs = append(errs, printObjects(cmd.OutOrStdout(), files))
	default:
		errs = append(errs, printFiles(cmd, files))
	}
	return errors.Join(errs...)
}

func printPatches(w io.Writer, changes []change) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	for _, c := range changes {
		patch := c.Patch(c.operations)
		if patch == nil {
			patch = []jsonpatch.Operation{}
		}
		if err := encoder.Encode(patch); err != nil {
			return fmt.Errorf("print the patch of %s: %w", c.Title(), err)
		}
	}
	return nil
}

// textOf returns a file with what was changed, and warns of documents that had to be written anew.
func textOf(cmd *cobra.Command, file *manifest.File) ([]byte, error) {
	text, err := file.Bytes()
	for _, warning := range file.Rewritten() {
		fmt.Fprintln(cmd.ErrOrStderr(), warning)
	}
	return text, err
}

// eachChanged does something with every file that was changed.
func eachChanged(cmd *cobra.Command, files []*manifest.File, do func(*manifest.File, []byte) error) error {
	var errs []error
	for _, file := range files {
		text, err := textOf(cmd, file)
		errs = append(errs, err)
		if !bytes.Equal(text, file.Source()) {
			errs = append(errs, do(file, text))
		}
	}
	return errors.Join(errs...)
}

// replaceFile puts text in the place of a file, all of it or nothing. A link stays a link.
func replaceFile(name string, text []byte) error {
	path, err := filepath.EvalSymlinks(name)
	if err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	_, err = temporary.Write(text)
	err = errors.Join(err, temporary.Chmod(info.Mode().Perm()), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write manifest %s: %w", name, err), os.Remove(temporary.Name()))
	}
	return nil
}

// printFiles prints the files one after the other, as one stream of documents.
func printFiles(cmd *cobra.Command, files []*manifest.File) error {
	var out bytes.Buffer
	var errs []error
	for _, file := range files {
		text, err := textOf(cmd, file)
		errs = append(errs, err)
		if out.Len() > 0 {
			text = bytes.TrimPrefix(text, []byte("\ufeff"))
			if !bytes.HasSuffix(out.Bytes(), []byte("\n")) {
				out.WriteByte('\n')
			}
			out.WriteString(separator(text))
		}
		out.Write(text)
	}
	_, err := cmd.OutOrStdout().Write(out.Bytes())
	return errors.Join(append(errs, err)...)
}

// separator is what must stand before a file that follows another.
func separator(text []byte) string {
	for line := range bytes.Lines(text) {
		switch {
		case bytes.HasPrefix(line, []byte("%")):
			return "...\n" // a directive belongs to the stream, not to a document
		case bytes.HasPrefix(line, []byte("---")):
			return ""
		case len(bytes.TrimSpace(line)) > 0 && line[0] != '#':
			return "---\n"
		}
	}
	return "---\n"
}

// printObjects prints one object as it is, several as a List, as kubectl does.
func printObjects(w io.Writer, files []*manifest.File) error {
	objects := []json.RawMessage{}
	var errs []error
	for _, file := range files {
		of, err := file.JSON()
		errs = append(errs, err)
		objects = append(objects, of...)
	}
	var value any = map[string]any{"apiVersion": "v1", "kind": "List", "items": objects}
	if len(objects) == 1 {
		value = objects[0]
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "    ")
	return errors.Join(append(errs, encoder.Encode(value))...)
}
