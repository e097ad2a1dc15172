package manifest

import (
	"bytes"
	"fmt"
	"regexp"
)

// Cause is why a part of a file was not looked at.
type Cause string

// The causes.
const (
	// Templated text becomes a manifest only once it is rendered: Helm, Jinja.
	Templated Cause = "template"
	// Unreadable files cannot be opened.
	Unreadable Cause = "unreadable"
	// Broken text claims to be a manifest, and is neither YAML nor JSON.
	Broken Cause = "broken"
	// Invalid objects are refused by the API server.
	Invalid Cause = "invalid"
	// Elsewhere means that an object makes pods from what is no pod template, or has one as a text.
	Elsewhere Cause = "elsewhere"
	// Unheard keys of softstop's are on a Namespace, where nobody reads them.
	Unheard Cause = "unheard"
	// Partial objects are patches, which somebody applies to whole ones.
	Partial Cause = "patch"
	// Kustomization files name what a manifest is made of.
	Kustomization Cause = "kustomization"
	// Foreign files are no Kubernetes objects: values of a chart, a compose file, settings of an
	// editor.
	Foreign Cause = "foreign"
)

// Unread is a part of a file that was not looked at.
type Unread struct {
	Cause Cause
	File  string
	// Line is where in the file; 0 if that is not known.
	Line int
	// Document counts from 1; 0 means the file as a whole.
	Document int
	// Text says what is the matter.
	Text string
	// Fix says what helps, if that is more than what helps with every Unread of its cause.
	Fix string
}

func (u Unread) String() string {
	where := u.File
	if u.Line > 0 {
		where = fmt.Sprintf("%s:%d", u.File, u.Line)
	}
	if u.Document > 0 {
		where = fmt.Sprintf("%s: document %d", where, u.Document)
	}
	return where + ": " + u.Text
}

// templateMark starts what a template engine replaces: Helm's and Jinja's {{ and {%, ERB's <%, and
// at the start of a line Terraform's %{.
func templateMark() *regexp.Regexp { return regexp.MustCompile(`\{\{-?|\{%-?|<%|(?m:^\s*%\{)`) }

// templated returns the line, from 1, of the first mark of a template in text, and what stands
// there.
func templated(text []byte) (line int, mark string) {
	found := templateMark().FindIndex(text)
	if found == nil {
		return 0, ""
	}
	rest, _, _ := bytes.Cut(text[found[0]:], []byte("\n"))
	mark = string(bytes.TrimSpace(rest))
	for _, closing := range []string{"}}", "%}", "%>"} {
		if at := bytes.Index(rest, []byte(closing)); at >= 0 {
			mark = string(rest[:at+len(closing)])
			break
		}
	}
	return 1 + bytes.Count(text[:found[0]], []byte("\n")), mark
}
