package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"gomodules.xyz/jsonpatch/v2"

	"github.com/softstop/softstop/cmd/softstop/manifest"
)

// change is what inject or uninject does to one pod.
type change struct {
	manifest.Template
	operations []jsonpatch.Operation
	summary    string // for people
}

// printChanges carries changes out on files and prints them in the format asked for.
func printChanges(w io.Writer, format string, files []*manifest.File, changes []change) error {
	switch format {
	case "text":
		for _, c := range changes {
			fmt.Fprintf(w, "%s:%d: %s: %s\n", c.File(), c.Line(), c.Title(), c.summary)
		}
		return nil
	case "patch":
		return printPatches(w, changes)
	}
	var errs []error
	for _, c := range changes {
		errs = append(errs, c.Apply(c.operations))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if format == "json" {
		return printObjects(w, files)
	}
	return printFiles(w, files)
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

// printFiles prints the files one after the other, as one stream of documents.
func printFiles(w io.Writer, files []*manifest.File) error {
	var out bytes.Buffer
	for _, file := range files {
		text, err := file.Bytes()
		if err != nil {
			return err
		}
		if out.Len() > 0 && !bytes.HasPrefix(text, []byte("---")) {
			if !bytes.HasSuffix(out.Bytes(), []byte("\n")) {
				out.WriteByte('\n')
			}
			out.WriteString("---\n")
		}
		out.Write(text)
	}
	_, err := w.Write(out.Bytes())
	return err
}

// printObjects prints one object as it is, several as a List, as kubectl does.
func printObjects(w io.Writer, files []*manifest.File) error {
	objects := []json.RawMessage{}
	for _, file := range files {
		of, err := file.JSON()
		if err != nil {
			return err
		}
		objects = append(objects, of...)
	}
	var value any = map[string]any{"apiVersion": "v1", "kind": "List", "items": objects}
	if len(objects) == 1 {
		value = objects[0]
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "    ")
	return encoder.Encode(value)
}
