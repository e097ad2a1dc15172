package config_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
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
	one := func(kind string) *jsonschema.Schema { return &jsonschema.Schema{Type: kind} }
	many := &jsonschema.Schema{Type: "array", Items: one("string")}
	switch field {
	case config.FieldSidecars:
		s.OneOf = []*jsonschema.Schema{one("boolean"), {Enum: []any{"true", "false"}}}
	case config.FieldSignalTarget:
		s.Enum = []any{"auto", "main", "group", "all"}
	case config.FieldCarrier:
		s.Enum = []any{string(config.CarrierEmptyDir), string(config.CarrierImage), string(config.CarrierAuto)}
	case config.FieldOKExitCodes:
		many.Items = &jsonschema.Schema{AnyOf: []*jsonschema.Schema{one("string"), one("integer")}}
		s.AnyOf = []*jsonschema.Schema{one("string"), one("integer"), many}
	case config.FieldContainers, config.FieldExcludeContainers, config.FieldCommand:
		s.AnyOf = []*jsonschema.Schema{one("string"), many}
	case config.FieldStopSignal:
		s.AnyOf = []*jsonschema.Schema{one("string"), one("integer")}
	default:
		s.Type = "string"
	}
	return s
}

// TestEveryValueIsExplained: a mistake in any field is answered with what is allowed.
func TestEveryValueIsExplained(t *testing.T) {
	for _, field := range slices.Concat(config.Fields(), []config.Field{config.FieldInject}) {
		if field.Allowed() == "" {
			t.Errorf("%s allows what?", field)
		}
	}
}
