package inject_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/softstop/softstop/webhook/inject"
	"github.com/softstop/softstop/webhook/inject/injecttest"
)

// TestUndo holds every golden pod to coming out of Patch and Undo as it went in, as
// Kubernetes reads it. Pods that arrive with something of softstop's in them cannot.
func TestUndo(t *testing.T) {
	inputs, err := filepath.Glob("testdata/*.in.yaml")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no input in testdata: %v", err)
	}
	for _, input := range inputs {
		t.Run(filepath.Base(input), func(t *testing.T) {
			facts, raw := readInput(t, input)
			foreign := strings.Contains(string(raw), "softstop-init")
			if before := inject.Undo(injecttest.Decode(t, raw)); !foreign && len(before) > 0 {
				t.Errorf("there is nothing to undo, yet: %v", before)
			}
			_, operations := inject.Inject(injecttest.Decode(t, raw), facts)
			injected := apply(t, raw, operations)
			restored := apply(t, injected, inject.Undo(injecttest.Decode(t, injected)))
			if again := inject.Undo(injecttest.Decode(t, restored)); len(again) > 0 {
				t.Errorf("undoing twice is not undoing once: %v", again)
			}
			if foreign {
				if strings.Contains(string(restored), "/softstop/softstop-init") {
					t.Errorf("the init is still there: %s", restored)
				}
				return
			}
			if got, want := canonical(t, restored), canonical(t, raw); got != want {
				t.Errorf("restored:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// TestUndoKnowsEarlierPasses holds that a second pass, over a pod to which a container
// was added meanwhile, forgets nothing of what the first one added.
func TestUndoKnowsEarlierPasses(t *testing.T) {
	facts, raw := readInput(t, "testdata/01-image-entrypoint-and-cmd.in.yaml")
	_, operations := inject.Inject(injecttest.Decode(t, raw), facts)
	with := []byte(`[{"op":"add","path":"/spec/containers/-","value":{"name":"late","image":"late:1","command":["late"]}}]`)
	later := applyText(t, apply(t, raw, operations), with)
	_, operations = inject.Inject(injecttest.Decode(t, later), facts)
	if len(operations) == 0 {
		t.Fatal("the late container was not injected")
	}
	later = apply(t, later, operations)
	restored := apply(t, later, inject.Undo(injecttest.Decode(t, later)))
	if got, want := canonical(t, restored), canonical(t, applyText(t, raw, with)); got != want {
		t.Errorf("restored:\n%s\nwant:\n%s", got, want)
	}
}

// canonical returns raw with its keys in order and what is empty left out, as the API
// server does with the empty lists and maps of a pod.
func canonical(t *testing.T, raw []byte) string {
	t.Helper()
	pod := injecttest.Decode(t, raw)
	typed, err := json.Marshal(pod)
	if err != nil {
		t.Fatal(err)
	}
	text, err := yaml.JSONToYAML(typed)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
