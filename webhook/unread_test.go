package webhook_test

import (
	"path/filepath"
	"reflect"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/softstop/softstop/webhook"
	"github.com/softstop/softstop/webhook/inject"
	"github.com/softstop/softstop/webhook/inject/injecttest"
)

// TestUnreadFieldsDecideNothing: what the handler does not decode of a pod changes neither the plan
// nor the patch of any golden pod.
func TestUnreadFieldsDecideNothing(t *testing.T) {
	inputs, err := filepath.Glob("inject/testdata/*.in.yaml")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no golden pods: %v", err)
	}
	for _, input := range inputs {
		s, text, err := injecttest.ReadGolden(input)
		if err != nil {
			t.Fatal(err)
		}
		facts, err := s.Facts()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := yaml.YAMLToJSONStrict(text)
		if err != nil {
			t.Fatal(err)
		}
		pod, err := webhook.DecodePod(raw)
		if err != nil {
			t.Fatalf("%s: %v", input, err)
		}
		plan, operations := inject.Inject(pod, facts)
		want, wanted := inject.Inject(injecttest.Decode(t, raw), facts)
		if plan.Skip != want.Skip || !reflect.DeepEqual(plan.Warnings, want.Warnings) || !reflect.DeepEqual(operations, wanted) {
			t.Errorf("%s: %s %v, want %s %v", input, plan.Skip, operations, want.Skip, wanted)
		}
	}
}
