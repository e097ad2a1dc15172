//go:build linux

package chart

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/softstop/softstop/config"
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

// TestSettings holds the schema of config.defaults, rules' set and limits.locked to the table of
// settings; -update writes it.
func TestSettings(t *testing.T) {
	names, rows := []string{string(config.FieldInject)}, []string{}
	for _, field := range config.Fields() {
		names = append(names, string(field))
		rows = append(rows, fmt.Sprintf("        %q: %s", field, field.Schema()))
	}
	before := string(chartFile(t, "values.schema.json"))
	after := before
	for pattern, made := range map[string]string{
		`(?s)("field": \{\s*"type": "string",\s*"pattern": ").*?(")`:                                                "^(" + strings.Join(names, "|") + ")$",
		`(?s)("values": \{\s*"type": "object", "additionalProperties": false,\s*"properties": \{\n).*?(\n      \})`: strings.Join(rows, ",\n"),
	} {
		place := regexp.MustCompile(pattern)
		if len(place.FindAllString(before, -1)) != 1 {
			t.Fatalf("values.schema.json has no place, or several, like %s", pattern)
		}
		after = place.ReplaceAllString(after, "${1}"+strings.ReplaceAll(made, "$", "$$")+"${2}")
	}
	if *update {
		folder, err := Folder(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "values.schema.json"), []byte(after), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if after != before {
		t.Error("values.schema.json has other settings than config/settings.go: see git diff after go test ./e2e/chart -run TestSettings -update")
	}
}
