package config_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/config/v1alpha1"
)

const schemaFile = "../docs/config.schema.json"

// TestSchema holds docs/config.schema.json to the types; -update writes it.
func TestSchema(t *testing.T) {
	made := schema(t)
	if *update {
		if err := os.WriteFile(schemaFile, made, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if there, err := os.ReadFile(schemaFile); err != nil || !bytes.Equal(there, made) {
		t.Errorf("%s is not what the types say (%v): go test ./config -run TestSchema -update", schemaFile, err)
	}
}

// TestSchemaAgrees: what the parser refuses for its shape, an editor with the schema
// refuses, too, and what is accepted passes both.
func TestSchemaAgrees(t *testing.T) {
	document, err := validator.UnmarshalJSON(bytes.NewReader(schema(t)))
	if err != nil {
		t.Fatal(err)
	}
	compiler := validator.NewCompiler()
	if err := compiler.AddResource("config.schema.json", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("config.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	validate := func(file string) error {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := yaml.YAMLToJSON(data)
		if err != nil {
			t.Fatal(err)
		}
		instance, err := validator.UnmarshalJSON(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		return compiled.Validate(instance)
	}
	valid, _ := filepath.Glob("testdata/valid-*.yaml")
	for _, file := range valid {
		if err := validate(file); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	for _, file := range []string{"testdata/invalid-shape.yaml", "testdata/invalid-values.yaml", "testdata/invalid-empty.yaml"} {
		if validate(file) == nil {
			t.Errorf("%s passes", file)
		}
	}
}

// schema makes the schema from the types and their comments.
func schema(t *testing.T) []byte {
	t.Helper()
	r := jsonschema.Reflector{Anonymous: true, DoNotReference: true, Mapper: mapped}
	if err := r.AddGoComments("github.com/softstop/softstop/config", "./v1alpha1"); err != nil {
		t.Fatal(err)
	}
	s := r.Reflect(&v1alpha1.Config{})
	s.Title = "softstop's configuration"
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(data, '\n')
}

// mapped gives the types whose Go shape does not say what YAML may hold.
func mapped(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[v1alpha1.Values]():
		section := &jsonschema.Schema{Type: "object", Properties: jsonschema.NewProperties(), AdditionalProperties: jsonschema.FalseSchema}
		for _, field := range config.Fields() {
			section.Properties.Set(string(field), value(field))
		}
		return section
	case reflect.TypeFor[metav1.LabelSelector]():
		return &jsonschema.Schema{Type: "object", Description: "A label selector with matchLabels and matchExpressions."}
	}
	return nil
}

// value is the schema of one setting.
func value(field config.Field) *jsonschema.Schema {
	s := &jsonschema.Schema{Description: "It must be " + field.Allowed() + "."}
	if err := json.Unmarshal([]byte(field.Schema()), &s.Extras); err != nil {
		panic(err)
	}
	pattern, _ := s.Extras["pattern"].(string)
	if choices := regexp.MustCompile(`^\^\(([a-zA-Z|]+)\)\$$`).FindStringSubmatch(pattern); choices != nil && s.Extras["type"] == "string" {
		delete(s.Extras, "pattern") // editors suggest what an enum has
		s.Extras["enum"] = strings.Split(choices[1], "|")
	}
	return s
}

// TestTableIsComplete: each field of Policy has its row, in the same order, and each row all its
// columns and its samples.
func TestTableIsComplete(t *testing.T) {
	fields, policy := config.Fields(), reflect.TypeFor[config.Policy]()
	if len(fields) != policy.NumField() {
		t.Fatalf("%d rows for %d fields", len(fields), policy.NumField())
	}
	for i, field := range fields {
		if name := policy.Field(i).Name; !strings.EqualFold(strings.ReplaceAll(string(field), "-", ""), name) {
			t.Errorf("the row of %s stands where %s is in Policy", field, name)
		}
		example, builtIn, says := field.Documentation()
		if field.Allowed() == "" || field.Schema() == "" || example == "" || builtIn == "" || says == "" {
			t.Errorf("the row of %s is not complete", field)
		}
		if len(samples()[field]) != 3 {
			t.Errorf("%s has no samples", field)
		}
	}
}

// TestRowsAreTheirOwn: a value that is set is in the policy's field of that name, and in no other.
func TestRowsAreTheirOwn(t *testing.T) {
	for field, values := range samples() {
		if field == config.FieldInject {
			continue
		}
		said, problems := config.FromAnnotations(config.SourcePod, map[string]string{config.Prefix + string(field): values[0]}, config.Limits{})
		all := reflect.ValueOf(said.All)
		for i := range all.NumField() {
			set := all.Field(i).FieldByName("Source").String() == string(config.SourcePod)
			if name := all.Type().Field(i).Name; set != strings.EqualFold(strings.ReplaceAll(string(field), "-", ""), name) {
				t.Errorf("%s: %s is set: %v, %v", field, name, set, problems)
			}
		}
	}
}

// TestSamplesPassTheSchema: what the parser accepts passes a setting's schema as a string.
func TestSamplesPassTheSchema(t *testing.T) {
	for field, values := range samples() {
		if field == config.FieldInject {
			continue
		}
		document, err := validator.UnmarshalJSON(strings.NewReader(field.Schema()))
		if err != nil {
			t.Fatal(err)
		}
		compiler := validator.NewCompiler()
		if err := compiler.AddResource("setting.json", document); err != nil {
			t.Fatal(err)
		}
		compiled, err := compiler.Compile("setting.json")
		if err != nil {
			t.Fatal(err)
		}
		for _, good := range values[:2] {
			if err := compiled.Validate(good); err != nil {
				t.Errorf("%s: %q: %v", field, good, err)
			}
		}
	}
}
