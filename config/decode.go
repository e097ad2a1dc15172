package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// decode fills to, a pointer to a struct with json tags, from a YAML document and
// returns everything that is wrong with the document's shape: unknown and doubled keys,
// and values of another kind. What is right is filled in, so that values can be
// checked, too. An error means that it is no YAML at all.
func decode(data []byte, to any) (mistakes []error, err error) {
	var document yaml.Node
	documents := yaml.NewDecoder(bytes.NewReader(data))
	switch err := documents.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read YAML: %w", err)
	}
	var d decoder
	if err := documents.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		d.fail("", "there must be one YAML document only")
	}
	d.value("", document.Content[0], reflect.ValueOf(to).Elem())
	return d.errs, nil
}

// decoder collects what is wrong. How deep it goes is bounded by the types it fills.
type decoder struct{ errs []error }

func (d *decoder) fail(path, format string, args ...any) {
	err := fmt.Errorf(format, args...)
	if path != "" {
		err = fmt.Errorf("%s: %w", path, err)
	}
	d.errs = append(d.errs, err)
}

// value fills v, at path, from node. A null says nothing.
func (d *decoder) value(path string, node *yaml.Node, v reflect.Value) {
	for node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if node.Tag == "!!null" {
		return
	}
	if own, ok := v.Addr().Interface().(yaml.Unmarshaler); ok {
		if err := own.UnmarshalYAML(node); err != nil {
			d.fail(path, "%s %w", shown(node), err)
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(path, node, v.Elem())
	case reflect.Struct:
		d.fields(path, node, v)
	case reflect.Map:
		d.entries(path, node, v)
	case reflect.Slice:
		d.list(path, node, v)
	case reflect.Bool:
		var b bool
		if node.Kind != yaml.ScalarNode || node.Decode(&b) != nil {
			d.fail(path, "%s must be %s", shown(node), allowBool)
			return
		}
		v.SetBool(b)
	default: // strings
		if node.Kind != yaml.ScalarNode {
			d.fail(path, "%s must be a string", shown(node))
			return
		}
		v.SetString(node.Value)
	}
}

func (d *decoder) fields(path string, node *yaml.Node, v reflect.Value) {
	fields := map[string]reflect.Value{}
	var names []string
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		fields[name], names = v.Field(i), append(names, name)
	}
	d.each(path, node, func(path, key string, value *yaml.Node) {
		if field, known := fields[key]; known {
			d.value(path, value, field)
			return
		}
		d.fail(path, "%s", noSuchField(key, "here it has", names))
	})
}

func (d *decoder) entries(path string, node *yaml.Node, v reflect.Value) {
	v.Set(reflect.MakeMap(v.Type()))
	d.each(path, node, func(path, key string, value *yaml.Node) {
		entry, before := reflect.New(v.Type().Elem()).Elem(), len(d.errs)
		if d.value(path, value, entry); len(d.errs) == before { // one complaint is enough
			v.SetMapIndex(reflect.ValueOf(key), entry)
		}
	})
}

// each calls f for every entry of a mapping, and once only for a doubled key.
func (d *decoder) each(path string, node *yaml.Node, f func(path, key string, value *yaml.Node)) {
	if node.Kind != yaml.MappingNode {
		d.fail(path, "%s must be a mapping", shown(node))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i].Value
		at := below(path, key)
		if seen[key] {
			d.fail(at, "the key is there twice")
			continue
		}
		seen[key] = true
		f(at, key, node.Content[i+1])
	}
}

func (d *decoder) list(path string, node *yaml.Node, v reflect.Value) {
	if node.Kind != yaml.SequenceNode {
		d.fail(path, "%s must be a list", shown(node))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(node.Content), len(node.Content)))
	for i, element := range node.Content {
		d.value(fmt.Sprintf("%s[%d]", path, i), element, v.Index(i))
	}
}

// below returns the path of key in the mapping at path.
func below(path, key string) string {
	switch {
	case !regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*$`).MatchString(key):
		return path + "[" + strconv.Quote(key) + "]"
	case path == "":
		return key
	}
	return path + "." + key
}

// shown is a value in an error.
func shown(node *yaml.Node) string {
	switch node.Kind {
	case yaml.MappingNode:
		return "this mapping"
	case yaml.SequenceNode:
		return "this list"
	default:
		return strconv.Quote(node.Value)
	}
}
