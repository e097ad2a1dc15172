package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/softstop/softstop/cmd/softstop/parallel"
	"github.com/softstop/softstop/cmd/softstop/splice"
	"github.com/softstop/softstop/webhook/inject"
)

// File is a file of YAML or JSON documents.
type File struct {
	// Name is the file's, for people.
	Name string
	// Namespaces are the Namespace objects of the file, by name.
	Namespaces map[string]inject.Namespace
	// Templates are the pods of the file, in order.
	Templates []Template
	// Unread are the parts of the file that were not looked at, in order.
	Unread []Unread

	source    []byte
	mark      []byte // a byte order mark
	documents []*document
	objects   int // how many were read
}

// document is one document of a file.
type document struct {
	*splice.Document        // nil if it cannot be read
	text             []byte // as it was read
	number           int    // in the file, from 1
	above            int    // how many lines of the file are above it
}

// byteOrderMark may stand at the start of a UTF-8 file.
const byteOrderMark = "\ufeff"

// Parse reads a file called name: all that can be read of it. The rest is in Unread, and stays
// in the file as it is.
func Parse(name string, data []byte) *File {
	file := &File{Name: name, source: data, Namespaces: map[string]inject.Namespace{}}
	if bytes.HasPrefix(data, []byte(byteOrderMark)) {
		file.mark, data = []byte(byteOrderMark), data[len(byteOrderMark):]
	}
	if at := notText(data); at >= 0 {
		file.documents = []*document{{text: data}}
		file.Unread = append(file.Unread, Unread{Cause: Broken, File: name, Text: fmt.Sprintf("byte %d is no UTF-8 text: neither YAML nor JSON", at+1)})
		return file
	}
	above := 0
	for i, text := range split(data) {
		file.documents = append(file.documents, &document{text: text, number: i + 1, above: above})
		above += bytes.Count(text, []byte("\n"))
	}
	for some := range slices.Chunk(file.documents, 64) {
		errs := make([]error, len(some))
		parallel.Each(some, func(i int, d *document) { d.Document, errs[i] = splice.Parse(d.text) })
		for i, d := range some {
			if errs[i] != nil {
				file.unreadable(d, errs[i])
				continue
			}
			file.collectDocument(d)
			d.Forget()
		}
	}
	return file
}

// notText returns the offset of the first byte that cannot be in a text, or -1.
func notText(data []byte) int {
	for at := 0; at < len(data); {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size == 1 || r == 0 {
			return at
		}
		at += size
	}
	return -1
}

// unreadable reports a document that is neither YAML nor JSON.
func (f *File) unreadable(d *document, err error) {
	line, message := placeOf(err)
	switch {
	case f.templated(d):
	case claims(d.text):
		f.report(d, Broken, line, message+explained(message, d.line(line)))
	default:
		f.report(d, Foreign, line, "is no Kubernetes object, nor YAML: "+message)
	}
}

// templated reports a document that is no manifest, if it has the mark of a template or is of another
// language: then with what in it claims to be a manifest.
func (f *File) templated(d *document) bool {
	l, other := languageOf(f.Name)
	if l.program {
		f.report(d, Templated, 1, "is a program, no manifest")
		f.Unread[len(f.Unread)-1].Fix = l.fix
		return true
	}
	line, mark := templated(d.text)
	if line == 0 && other {
		line, mark = claimed(d.text)
	}
	if line > 0 {
		f.report(d, Templated, line, "is a template, no manifest yet: "+mark)
		f.Unread[len(f.Unread)-1].Fix = l.fix
	}
	return line > 0
}

// line returns the text of a line of the document, from 1.
func (d *document) line(number int) string {
	for line := range bytes.Lines(d.text) {
		if number--; number == 0 {
			return string(line)
		}
	}
	return ""
}

// explained says in people's words what the YAML parser says in its own, at a line.
func explained(message, line string) string {
	indentation := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	switch {
	case strings.Contains(indentation, "\t"):
		return " (a tab: YAML indents with spaces)"
	case strings.Contains(message, "mapping values are not allowed"):
		return " (a value with a colon in it needs quotes, and every key a line of its own)"
	case strings.Contains(message, "did not find expected key"), strings.Contains(message, "did not find expected '-' indicator"):
		return " (it is not indented as the lines above it, or a quote is missing)"
	case strings.Contains(message, "could not find expected ':'"):
		return " (a key without a colon, or a text over several lines without |)"
	case strings.Contains(message, "cannot start any token"):
		return " (a value that begins with @, % or ` needs quotes)"
	case strings.Contains(message, "unknown anchor"):
		return " (an alias reaches no further than its own document)"
	}
	return ""
}

// placeOf returns which line of its document an error is about, 0 if it does not say, and what it
// says.
func placeOf(err error) (line int, message string) {
	message = strings.TrimPrefix(err.Error(), "error converting YAML to JSON: ")
	if p := (*splice.Problem)(nil); errors.As(err, &p) {
		return p.Line, message
	}
	if found := regexp.MustCompile(`^yaml: line (\d+): `).FindStringSubmatch(message); found != nil {
		line, _ = strconv.Atoi(found[1]) // digits
		return line, message[len(found[0]):]
	}
	return 0, strings.TrimPrefix(message, "yaml: ")
}

// report notes that a part of the document, at a line of it, was not looked at.
func (f *File) report(d *document, cause Cause, line int, text string) {
	if line > 0 {
		line += d.above
	}
	f.Unread = append(f.Unread, Unread{Cause: cause, File: f.Name, Line: line, Document: d.number, Text: text})
}

// problem says in which file, line and document err is.
func (f *File) problem(d *document, err error) error {
	line, text := placeOf(err)
	if line > 0 {
		line += d.above
	}
	return errors.New(Unread{File: f.Name, Line: line, Document: d.number, Text: text}.String())
}

// collectDocument finds the pods and namespaces of a document.
func (f *File) collectDocument(d *document) {
	if d.Empty() {
		return
	}
	var root any
	decoder := json.NewDecoder(bytes.NewReader(d.JSON()))
	decoder.UseNumber()
	if err := decoder.Decode(&root); err != nil {
		f.report(d, Broken, 0, err.Error())
		return
	}
	switch root := root.(type) {
	case map[string]any:
		f.collect(d, nil, root, "")
	case []any:
		f.collectList(d, root)
	default:
		if !f.templated(d) {
			f.report(d, Foreign, 1, "is no Kubernetes object but "+typeName(root))
		}
	}
}

// collectList says what a document is that is a list.
func (f *File) collectList(d *document, list []any) {
	first := map[string]any{}
	if len(list) > 0 {
		first, _ = list[0].(map[string]any)
	}
	refuse := func(cause Cause) {
		f.report(d, cause, 1, "is no Kubernetes object but a list; use kind: List with items")
	}
	switch {
	case text(first["op"]) != "" && strings.HasPrefix(text(first["path"]), "/"):
		f.report(d, Partial, 1, "is a JSON patch, which kustomize or kubectl patch applies")
	case text(first["kind"]) != "":
		f.collectBare(d, nil, list, func() {})
		refuse(Invalid)
	default:
		f.collectBare(d, nil, list, func() { refuse(Foreign) })
	}
}

// Objects returns how many Kubernetes objects of the file were read.
func (f *File) Objects() int { return f.objects }

// Source returns the file as it was read.
func (f *File) Source() []byte { return f.source }

// Bytes returns the file with what was changed, all else as it was read. A document that cannot be
// changed as it should be stays as it is, and is in the error.
func (f *File) Bytes() ([]byte, error) {
	texts, errs := make([][]byte, len(f.documents)), make([]error, len(f.documents))
	parallel.Each(f.documents, func(i int, d *document) {
		texts[i] = d.text
		if d.Document == nil {
			return
		}
		if changed, err := d.Text(); err == nil {
			texts[i] = changed
		} else {
			errs[i] = f.problem(d, err)
		}
	})
	return slices.Concat(f.mark, slices.Concat(texts...)), errors.Join(errs...)
}

// Rewritten names the documents whose text Bytes could not keep.
func (f *File) Rewritten() (all []string) {
	for _, d := range f.documents {
		if d.Document != nil && d.Rewritten() {
			all = append(all, Unread{File: f.Name, Line: d.above + 1, Document: d.number, Text: "has a layout that cannot be changed in place: it is written anew, and may have lost comments"}.String())
		}
	}
	return all
}

// JSON returns the file's objects with what was changed; what could not be read is not among them.
func (f *File) JSON() ([]json.RawMessage, error) {
	var objects []json.RawMessage
	var errs []error
	for _, d := range f.documents {
		if d.Document == nil || d.Empty() {
			continue
		}
		changed, err := d.Changed()
		if err != nil {
			errs = append(errs, f.problem(d, err))
			changed = d.Document.JSON()
		}
		objects = append(objects, changed)
	}
	return objects, errors.Join(errs...)
}
