//go:build linux

package chart

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "write what is compared")

// value is one key of values.yaml that is not only a group of others.
type value struct {
	path     string // such as image.tag
	comment  string // in one line
	standard string // its default as JSON, in one line
}

// readValues returns what values.yaml has, in its order.
func readValues(t *testing.T) []value {
	t.Helper()
	var document yaml.Node
	if err := yaml.Unmarshal(chartFile(t, "values.yaml"), &document); err != nil {
		t.Fatal(err)
	}
	return valuesBelow(t, "", document.Content[0], readSchema(t))
}

// valuesBelow goes down as far as the schema knows keys.
func valuesBelow(t *testing.T, path string, mapping *yaml.Node, s schema) (all []value) {
	t.Helper()
	for i := 0; i < len(mapping.Content); i += 2 {
		key, node := mapping.Content[i], mapping.Content[i+1]
		at := join(path, key.Value)
		property := s.properties()[key.Value]
		if node.Kind == yaml.MappingNode && len(property.properties()) > 0 && !asWhole(at) {
			all = append(all, valuesBelow(t, at, node, property)...)
			continue
		}
		var decoded any
		if err := node.Decode(&decoded); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(decoded)
		if err != nil {
			t.Fatal(err)
		}
		comment := strings.Fields(strings.ReplaceAll("\n"+key.HeadComment, "\n#", " "))
		all = append(all, value{path: at, comment: strings.Join(comment, " "), standard: string(text)})
	}
	return all
}

// chartFile reads one of the chart's files.
func chartFile(t *testing.T, name string) []byte {
	t.Helper()
	folder, err := Folder(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestValuesAgreeWithSchema compares both ways, and wants a comment and a type for every
// value.
func TestValuesAgreeWithSchema(t *testing.T) {
	missing := readSchema(t).leaves("")
	delete(missing, "global") // Helm's own
	for _, v := range readValues(t) {
		if v.comment == "" {
			t.Errorf("values.yaml: %s has no comment", v.path)
		}
		typed, found := missing[v.path]
		if !found {
			t.Errorf("values.schema.json has no %s", v.path)
		} else if typed.part["type"] == nil {
			t.Errorf("values.schema.json: %s has no type", v.path)
		}
		delete(missing, v.path)
	}
	for path := range missing {
		t.Errorf("values.yaml has no %s", path)
	}
}
