package manifest

import (
	"bytes"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// language is one in which people write what makes manifests.
type language struct {
	// endings are those of its files.
	endings []string
	// fix says how to come to manifests; FILE stands for the file. Empty means that of templates.
	fix string
	// program means that its files are mostly about other things: they are told from these only if
	// somebody names one.
	program bool
}

// languages are templates, and programs whose output manifests are.
func languages() []language {
	return []language{
		{endings: []string{".tpl", ".tmpl", ".gotmpl", ".tftpl", ".j2", ".jinja", ".jinja2", ".erb"}},
		{endings: []string{".jsonnet", ".libsonnet"}, fix: "render it first: jsonnet -y FILE"},
		{endings: []string{".cue"}, fix: "render it first: cue export --out yaml FILE"},
		{endings: []string{".pkl"}, fix: "render it first: pkl eval -f yaml FILE"},
		{endings: []string{".k"}, fix: "render it first: kcl FILE"},
		{endings: []string{".dhall"}, fix: "render it first: dhall-to-yaml --file FILE"},
		{endings: []string{".tf", ".hcl"}, fix: "Terraform writes no manifests: the webhook sees its pods when they come, and softstop scan looks at what runs"},
		{endings: []string{".ts", ".js", ".py", ".go", ".java", ".cs", ".kt"}, fix: "run it: softstop reads the manifests that come out (cdk8s synth; Pulumi's renderYamlToDirectory)", program: true},
	}
}

// languageOf returns the language of a file of that path.
func languageOf(path string) (language, bool) {
	for _, l := range languages() {
		if slices.Contains(l.endings, filepath.Ext(path)) {
			l.fix = strings.ReplaceAll(l.fix, "FILE", path)
			return l, true
		}
	}
	return language{}, false
}

// IsOther reports whether a file of that path is, by its ending, of a language in which people
// write what makes manifests: templates, and programs whose output they are.
func IsOther(path string) bool {
	l, is := languageOf(path)
	return is && !l.program
}

// Other is the file called name of such a language: nothing of it is looked at, which is reported
// if it has pods, as far as a look at its text can tell.
func Other(name string, data []byte) *File {
	file := &File{Name: name, source: data}
	if line, text := claimed(data); line > 0 && (withContainers(data) || resource().Match(data)) {
		l, _ := languageOf(name)
		file.Unread = []Unread{{Cause: Templated, File: name, Line: line, Text: "is a template, no manifest yet: " + text, Fix: l.fix}}
	}
	return file
}

// projectOf says how to come to the manifests that a tool makes of the project whose file is at path;
// "" if it is no such file.
func projectOf(path string) string {
	switch name := filepath.Base(path); name {
	case "cdk8s.yaml":
		return "cdk8s synth writes them to its output folder, dist/"
	case "Pulumi.yaml", "Pulumi.yml":
		return "Pulumi's provider writes them where renderYamlToDirectory says; softstop scan looks at what runs"
	case "helmfile.yaml", "helmfile.yml":
		return "pipe what comes out of: helmfile template"
	}
	return ""
}

// resource is what Terraform calls a workload.
func resource() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^[ \t]*resource[ \t]+"kubernetes_(pod|deployment|stateful_?set|daemon_?set|daemonset|job|cron_?job|replication_?controller)(_v[0-9a-z]+)?"`)
}

// claim is what a text of a Kubernetes object has.
func claim() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^[ \t{-]*"?(apiVersion|kind)"?[ \t]*[:=]`)
}

// claims reports whether a text that cannot be read seems to be of a Kubernetes object.
func claims(text []byte) bool { return claim().Match(text) }

// claimed returns the line, from 1, by which a text claims to be of a Kubernetes object, and its
// number; 0 if it does not.
func claimed(text []byte) (number int, line string) {
	found := resource().FindIndex(text)
	if found == nil {
		found = claim().FindIndex(text)
	}
	if found == nil {
		return 0, ""
	}
	rest, _, _ := bytes.Cut(text[found[0]:], []byte("\n"))
	return 1 + bytes.Count(text[:found[0]], []byte("\n")), string(bytes.TrimSpace(rest))
}
