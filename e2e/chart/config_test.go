//go:build linux

package chart

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/softstop/softstop/e2e/node/parts"
)

// keys returns every key below path, in lists ([]) and below the user's own keys (*), too.
func (s schema) keys(path string) (all []string) {
	for name, property := range s.properties() {
		all = append(append(all, join(path, name)), property.keys(join(path, name))...)
	}
	for word, sign := range map[string]string{"items": "[]", "additionalProperties": ".*"} {
		if part, ok := s.part[word].(map[string]any); ok {
			all = append(all, s.follow(part).keys(path+sign)...)
		}
	}
	return all
}

// TestConfigSchema: the value config takes just what the configuration file takes, but for
// what the chart writes into it by itself.
func TestConfigSchema(t *testing.T) {
	root, err := parts.Root(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(root, "docs/config.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]any
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	own := []string{"apiVersion", "kind", "mode", "initImage", "initImagePullPolicy", "registry.credentialsFile", "registry.caPath"}
	want := slices.DeleteFunc(schema{whole: file, part: file}.keys(""), func(key string) bool { return slices.Contains(own, key) })
	got := readSchema(t).properties()["config"].keys("")
	for _, key := range want {
		if !slices.Contains(got, key) {
			t.Errorf("values.schema.json has no config.%s", key)
		}
	}
	for _, key := range got {
		if !slices.Contains(want, key) {
			t.Errorf("the configuration file has no %s", key)
		}
	}
}
