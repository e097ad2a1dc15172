package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/cmd/softstop/splice"
	"github.com/softstop/softstop/webhook"
)

// File is a file of YAML or JSON documents.
type File struct {
	// Name is the file's, for people.
	Name string
	// Namespaces are the Namespace objects of the file, by name.
	Namespaces map[string]webhook.Namespace
	// Templates are the pods of the file, in order.
	Templates []Template

	mark      []byte // a byte order mark
	documents []*document
}

// document is one document of a file.
type document struct {
	*splice.Document
	number int // in the file, from 1
	above  int // how many lines of the file are above it
}

// byteOrderMark may stand at the start of a UTF-8 file.
const byteOrderMark = "\ufeff"

// Parse reads a file called name. Every document that cannot be read is named in the error,
// with its line.
func Parse(name string, data []byte) (*File, error) {
	file := &File{Name: name, Namespaces: map[string]webhook.Namespace{}}
	if bytes.HasPrefix(data, []byte(byteOrderMark)) {
		file.mark, data = []byte(byteOrderMark), data[len(byteOrderMark):]
	}
	if at := notText(data); at >= 0 {
		return nil, fmt.Errorf("%s: byte %d is no UTF-8 text: neither YAML nor JSON", name, at+1)
	}
	var errs []error
	above := 0
	for i, text := range split(data) {
		d := &document{number: i + 1, above: above}
		above += bytes.Count(text, []byte("\n"))
		var err error
		if d.Document, err = splice.Parse(text); err != nil {
			errs = append(errs, hinted(file.problem(d, err), text))
			continue
		}
		file.documents = append(file.documents, d)
		errs = append(errs, file.collectDocument(d))
	}
	return file, errors.Join(errs...)
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

// hinted adds to err what helps with a template that is not rendered.
func hinted(err error, text []byte) error {
	if bytes.Contains(text, []byte("{{")) {
		return fmt.Errorf("%w; if it is a template, render it first: helm template … | softstop … -f -", err)
	}
	return err
}

// problem says in which file, line and document err is.
func (f *File) problem(d *document, err error) error {
	line, text := 0, err.Error()
	if p := (*splice.Problem)(nil); errors.As(err, &p) {
		line = p.Line
	} else if found := regexp.MustCompile(`^yaml: line (\d+): `).FindStringSubmatch(text); found != nil {
		line, _ = strconv.Atoi(found[1]) // digits
		text = text[len(found[0]):]
	}
	where := f.Name
	if line > 0 {
		where = fmt.Sprintf("%s:%d", f.Name, d.above+line)
	}
	return fmt.Errorf("%s: document %d: %s", where, d.number, text)
}

// collectDocument finds the pods and namespaces of a document.
func (f *File) collectDocument(d *document) error {
	if d.Empty() {
		return nil
	}
	var root any
	if err := json.Unmarshal(d.JSON(), &root); err != nil {
		return f.problem(d, err)
	}
	object, ok := root.(map[string]any)
	if !ok {
		return f.problem(d, &splice.Problem{Line: 1, Text: fmt.Sprintf("is no Kubernetes object but %s", typeName(root))})
	}
	return f.collect(d, nil, object, "")
}

// collect finds the pods and namespaces of the object at path. A list of one kind need
// not repeat it: kind is what its elements are without one.
func (f *File) collect(d *document, path []string, object map[string]any, kind string) error {
	if own := text(object["kind"]); own != "" {
		kind = own
	}
	if items, ok := object["items"].([]any); ok && len(kind) >= 4 && kind[len(kind)-4:] == "List" {
		var errs []error
		for i, item := range items {
			if element, ok := item.(map[string]any); ok {
				errs = append(errs, f.collect(d, below(path, "items", strconv.Itoa(i)), element, kind[:len(kind)-4]))
			}
		}
		return errors.Join(errs...)
	}
	if kind == "Namespace" {
		var namespace corev1.Namespace
		if err := convert(object, &namespace); err != nil {
			return f.problem(d, fmt.Errorf("read namespace: %w", err))
		}
		f.Namespaces[namespace.Name] = webhook.Namespace{Name: namespace.Name, Labels: namespace.Labels, Annotations: namespace.Annotations}
		return nil
	}
	return f.collectTemplate(d, path, object, kind)
}

// Bytes returns the file with what was changed, all else as it was read.
func (f *File) Bytes() ([]byte, error) {
	out := bytes.NewBuffer(bytes.Clone(f.mark))
	for _, d := range f.documents {
		text, err := d.Text()
		if err != nil {
			return nil, f.problem(d, err)
		}
		out.Write(text)
	}
	return out.Bytes(), nil
}

// Objects returns the file's objects with what was changed, as JSON.
func (f *File) Objects() ([]json.RawMessage, error) {
	var objects []json.RawMessage
	for _, d := range f.documents {
		if d.Empty() {
			continue
		}
		changed, err := d.Changed()
		if err != nil {
			return nil, f.problem(d, err)
		}
		objects = append(objects, changed)
	}
	return objects, nil
}

// convert reads data, made of JSON, into a typed object.
func convert(data, into any) error {
	encoded, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return json.Unmarshal(encoded, into)
}

func text(value any) string {
	s, _ := value.(string)
	return s
}

// typeName says what a JSON value is.
func typeName(value any) string {
	switch value.(type) {
	case []any:
		return "a list; use kind: List with items"
	case string:
		return "a text"
	}
	return "a single value"
}
