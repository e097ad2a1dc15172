//go:build linux

package chart

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// schema is a part of a JSON schema, and the whole it refers into.
type schema struct {
	whole, part map[string]any
}

// readSchema returns values.schema.json.
func readSchema(t *testing.T) schema {
	t.Helper()
	var whole map[string]any
	if err := json.Unmarshal(chartFile(t, "values.schema.json"), &whole); err != nil {
		t.Fatal(err)
	}
	return schema{whole: whole, part: whole}
}

// properties returns the schemas of an object's own keys: none if its keys are the user's.
func (s schema) properties() map[string]schema {
	all := map[string]schema{}
	properties, _ := s.part["properties"].(map[string]any)
	for name, part := range properties {
		all[name] = s.follow(part.(map[string]any))
	}
	return all
}

// follow returns a part of s, or what it refers to.
func (s schema) follow(part map[string]any) schema {
	if reference, ok := part["$ref"].(string); ok {
		definitions := s.whole["definitions"].(map[string]any)
		part = definitions[strings.TrimPrefix(reference, "#/definitions/")].(map[string]any)
	}
	return schema{whole: s.whole, part: part}
}

// leaves returns the values below path, by their paths: what has no keys of its own, and
// what is documented as a whole.
func (s schema) leaves(path string) map[string]schema {
	properties := s.properties()
	if len(properties) == 0 || asWhole(path) {
		return map[string]schema{path: s}
	}
	all := map[string]schema{}
	for name, property := range properties {
		maps.Copy(all, property.leaves(join(path, name)))
	}
	return all
}

// asWhole says which values have keys of their own in the schema but are one value to
// people: Kubernetes has the words for resources, docs/webhook.md those for settings.
func asWhole(path string) bool {
	return path == "resources" || path == "node.resources" || path == "config.defaults"
}

func join(path, name string) string { return strings.TrimPrefix(path+"."+name, ".") }

// open returns the paths of objects that take any key, and say nothing of what it holds.
func (s schema) open(path string) (all []string) {
	additional, said := s.part["additionalProperties"]
	if s.part["type"] == "object" && (!said || additional == true) {
		all = append(all, path)
	}
	for name, property := range s.properties() {
		all = append(all, property.open(join(path, name))...)
	}
	return all
}

// TestSchemaIsClosed: only what Kubernetes itself checks takes any key.
func TestSchemaIsClosed(t *testing.T) {
	got := readSchema(t).open("")
	slices.Sort(got)
	// Subcharts are given global, whatever the chart above it has there.
	if want := []string{"affinity", "global", "node.affinity"}; !slices.Equal(got, want) {
		t.Errorf("open objects: %v, want %v", got, want)
	}
}
