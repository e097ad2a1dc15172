package inject_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	jsonpatch "github.com/evanphx/json-patch/v5"
	operation "gomodules.xyz/jsonpatch/v2"
	"sigs.k8s.io/yaml"

	"github.com/softstop/softstop/webhook/inject"
	"github.com/softstop/softstop/webhook/inject/injecttest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestGolden holds every pod of testdata to what is written beside it. NAME.in.yaml is
// a pod, after a document of kind Surroundings where the pod alone does not say it all;
// NAME.out.yaml is the pod that comes of it, headed by the warnings; NAME.reason stands in
// its place where the pod stays as it was sent. NAME.patch.json are the operations, one a line.
func TestGolden(t *testing.T) {
	inputs, err := filepath.Glob("testdata/*.in.yaml")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no input in testdata: %v", err)
	}
	wanted := map[string]bool{}
	for _, input := range inputs {
		name := strings.TrimSuffix(filepath.Base(input), ".in.yaml")
		t.Run(name, func(t *testing.T) {
			file, content, patch := goldenOf(t, input)
			wanted[file] = true
			compare(t, file, content)
			if file = strings.TrimSuffix(input, ".in.yaml") + ".patch.json"; patch != "" {
				wanted[file] = true
				compare(t, file, patch)
			}
		})
	}
	for _, pattern := range []string{"testdata/*.out.yaml", "testdata/*.reason", "testdata/*.patch.json"} {
		found, _ := filepath.Glob(pattern)
		for _, file := range found {
			switch {
			case wanted[file]:
			case *update:
				os.Remove(file)
			default:
				t.Errorf("%s is stale: no input makes it; run with -update", file)
			}
		}
	}
}

// goldenOf returns the golden file of an input, what is to be in it, and the patch.
func goldenOf(t *testing.T, input string) (file, content, patch string) {
	facts, raw := readInput(t, input)
	plan, operations := inject.Inject(injecttest.Decode(t, raw), facts)
	for range 5 { // hard pod 84: operators compare pods
		if _, again := inject.Inject(injecttest.Decode(t, raw), facts); !reflect.DeepEqual(again, operations) {
			t.Errorf("the patch is not deterministic: %v and %v", operations, again)
		}
	}
	var out bytes.Buffer
	for _, warning := range plan.Warnings {
		out.WriteString("# warning: " + warning.Text + "\n")
		if long := len("softstop: " + warning.Text); long > 256 {
			t.Errorf("a warning of %d bytes may be cut: %s", long, warning.Text)
		}
	}
	if plan.Skip != "" && len(operations) == 0 {
		return strings.TrimSuffix(input, ".in.yaml") + ".reason", string(plan.Skip) + "\n" + out.String(), ""
	}
	injected := apply(t, raw, operations)
	if err := injecttest.KeepsStopPlan(injecttest.Decode(t, raw), injecttest.Decode(t, injected)); plan.Skip == "" && err != nil {
		t.Error(err)
	}
	if _, again := inject.Inject(injecttest.Decode(t, injected), facts); len(again) != 0 {
		t.Errorf("injecting twice is not injecting once: the second patch is %v", again)
	}
	text, err := yaml.JSONToYAML(injected)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(text)
	return strings.TrimSuffix(input, ".in.yaml") + ".out.yaml", out.String(), document(t, operations)
}

// document is a patch with an operation on each line, or nothing if there is none.
func document(t *testing.T, operations []operation.Operation) string {
	t.Helper()
	var lines []string
	for _, o := range operations {
		line, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(line))
	}
	if len(lines) == 0 {
		return ""
	}
	return "[\n" + strings.Join(lines, ",\n") + "\n]\n"
}

func readInput(t *testing.T, input string) (inject.Facts, []byte) {
	t.Helper()
	s, pod, err := injecttest.ReadGolden(input)
	if err != nil {
		t.Fatal(err)
	}
	facts, err := s.Facts()
	if err != nil {
		t.Fatalf("%s: %v", input, err)
	}
	raw, err := yaml.YAMLToJSONStrict(pod)
	if err != nil {
		t.Fatalf("%s: %v", input, err)
	}
	return facts, raw
}

// apply patches raw as the API server does.
func apply(t *testing.T, raw []byte, operations []operation.Operation) []byte {
	t.Helper()
	encoded, err := json.Marshal(operations)
	if err != nil {
		t.Fatal(err)
	}
	return applyText(t, raw, encoded)
}

func applyText(t *testing.T, raw, operations []byte) []byte {
	t.Helper()
	patch, err := jsonpatch.DecodePatch(operations)
	if err != nil {
		t.Fatal(err)
	}
	patched, err := patch.Apply(raw)
	if err != nil {
		t.Fatalf("apply %s: %v", operations, err)
	}
	return patched
}

func compare(t *testing.T, file, content string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	golden, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; run with -update", err)
	}
	if string(golden) != content {
		t.Errorf("%s differs; run with -update and look at the change.\ngot:\n%s\nwant:\n%s", file, content, golden)
	}
}

// TestGoldenKeepsUnknownFields holds hard pod 32: a field that is newer than our types
// must come out as it went in, wherever it is.
func TestGoldenKeepsUnknownFields(t *testing.T) {
	facts, raw := readInput(t, "testdata/32-unknown-fields.in.yaml")
	_, operations := inject.Inject(injecttest.Decode(t, raw), facts)
	var before, after map[string]any
	if err := json.Unmarshal(raw, &before); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(apply(t, raw, operations), &after); err != nil {
		t.Fatal(err)
	}
	want := unknown(before)
	if got := unknown(after); !maps.Equal(got, want) || len(want) < 5 {
		t.Errorf("unknown fields before: %v, after: %v", want, got)
	}
}

// unknown collects the values of all keys that start with "future".
func unknown(value any) map[string]string {
	found := map[string]string{}
	var walk func(path string, value any)
	walk = func(path string, value any) {
		switch v := value.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(v)) {
				if strings.HasPrefix(key, "future") {
					data, _ := json.Marshal(v[key])
					found[key] += string(data)
					continue
				}
				walk(path+"/"+key, v[key])
			}
		case []any:
			for _, element := range v {
				walk(path, element)
			}
		}
	}
	walk("", value)
	return found
}
