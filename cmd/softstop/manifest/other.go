package manifest

import (
	"path/filepath"
	"slices"
)

// IsOther reports whether a file of that path is, by its ending, of a language in which people
// write what makes manifests: templates, and programs whose output they are.
func IsOther(path string) bool {
	return slices.Contains([]string{
		".tf", ".tftpl", ".hcl", ".tpl", ".tmpl", ".gotmpl", ".j2", ".jinja", ".jinja2", ".erb",
		".jsonnet", ".libsonnet", ".cue", ".pkl", ".k", ".dhall",
	}, filepath.Ext(path))
}

// Other is the file called name of such a language: nothing of it is looked at, which is reported
// if it has pods, as far as a look at its text can tell.
func Other(name string, data []byte) *File {
	file := &File{Name: name, source: data}
	if line, text := claimed(data); line > 0 && withContainers(data) {
		file.Unread = []Unread{{Cause: Templated, File: name, Line: line, Text: "is a template, no manifest yet: " + text}}
	}
	return file
}
