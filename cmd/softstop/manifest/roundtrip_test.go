package manifest_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/softstop/softstop/cmd/softstop/manifest"
	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
)

// styles write a pod in the ways that people and tools do.
func styles() map[string]func(t *testing.T, pod []byte) []byte {
	asJSON := func(t *testing.T, pod []byte) []byte {
		data, err := yaml.YAMLToJSON(pod)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	indented := func(prefix, step string) func(t *testing.T, pod []byte) []byte {
		return func(t *testing.T, pod []byte) []byte {
			var out bytes.Buffer
			if err := json.Indent(&out, asJSON(t, pod), prefix, step); err != nil {
				t.Fatal(err)
			}
			return out.Bytes()
		}
	}
	return map[string]func(t *testing.T, pod []byte) []byte{
		"as it is":     func(_ *testing.T, pod []byte) []byte { return pod },
		"CRLF":         func(_ *testing.T, pod []byte) []byte { return bytes.ReplaceAll(pod, []byte("\n"), []byte("\r\n")) },
		"no last line": func(_ *testing.T, pod []byte) []byte { return bytes.TrimRight(pod, "\n") },
		"BOM":          func(_ *testing.T, pod []byte) []byte { return append([]byte("\ufeff"), pod...) },
		"kubectl": func(t *testing.T, pod []byte) []byte {
			out, err := yaml.JSONToYAML(asJSON(t, pod))
			if err != nil {
				t.Fatal(err)
			}
			return out
		},
		"between others": func(_ *testing.T, pod []byte) []byte {
			return []byte("# first\nkind: ConfigMap\ndata: {  a:   b }\n---   # second\n" + string(pod) + "\n\n# end\n---\n---\nkind: Secret # last\n...\n")
		},
		"deployment": func(_ *testing.T, pod []byte) []byte {
			return []byte("kind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n" +
				"    " + strings.ReplaceAll(strings.TrimRight(string(pod), "\n"), "\n", "\n    ") + "\n  replicas: 2 # behind it\n")
		},
		"list": func(_ *testing.T, pod []byte) []byte {
			item := "\n- # an item\n  " + strings.ReplaceAll(strings.TrimRight(string(pod), "\n"), "\n", "\n  ")
			return []byte("kind: List\nitems:" + item + item + "\n")
		},
		"JSON":           asJSON,
		"JSON in lines":  indented("", "    "),
		"JSON with tabs": indented("", "\t"),
	}
}

// TestRoundTrip holds that inject and uninject give back the very bytes, for every
// golden pod of the webhook in every style, and that what is between means what the
// webhook would make of the pod.
func TestRoundTrip(t *testing.T) {
	inputs, err := filepath.Glob("../../../webhook/inject/testdata/*.in.yaml")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no golden pods: %v", err)
	}
	for i, input := range inputs {
		data, err := os.ReadFile(input)
		if err != nil {
			t.Fatal(err)
		}
		if _, after, two := bytes.Cut(data, []byte("\n---\n")); two {
			data = after
		}
		if bytes.Contains(data, []byte("softstop-init")) {
			continue // it was injected before
		}
		for name, style := range styles() {
			if i%4 != 0 && !slices.Contains([]string{"as it is", "kubectl", "deployment", "JSON"}, name) {
				continue // each costs time, and says little more about each pod
			}
			t.Run(filepath.Base(input)+"/"+name, func(t *testing.T) { roundTrip(t, style(t, data)) })
		}
	}
}

// TestRoundTripOfValues holds the same for values that are replaced, not added, and those
// that are there and say nothing.
func TestRoundTripOfValues(t *testing.T) {
	for name, change := range map[string][2]string{
		"a negative grace period":    {"GRACE", "terminationGracePeriodSeconds: -1"},
		"a hexadecimal grace period": {"GRACE", "terminationGracePeriodSeconds: 0x14"},
		"an octal grace period":      {"GRACE", "terminationGracePeriodSeconds: 0o24"},
		"a grace period with a sign": {"GRACE", "terminationGracePeriodSeconds: 20 # here"},
		"a list in double quotes":    {"ANNOTATION", `cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes: "cache"`},
		"a list in single quotes":    {"ANNOTATION", "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes: 'cache'"},
		"a list without quotes":      {"ANNOTATION", "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes: cache,more"},
	} {
		t.Run(name, func(t *testing.T) {
			text := "kind: Pod\nmetadata:\n  name: web\n  annotations:\n    a: b\n    ANNOTATION\nspec:\n  GRACE\n  containers:\n  - name: app\n    command: [\"/app\"]\n    ports: [{containerPort: 80}]\n"
			text = strings.Replace(text, change[0], change[1], 1)
			for _, rest := range []string{"    ANNOTATION\n", "  GRACE\n"} {
				text = strings.Replace(text, rest, "", 1)
			}
			roundTrip(t, []byte(text))
		})
	}
}

func roundTrip(t *testing.T, text []byte) {
	t.Helper()
	facts := inject.Facts{Config: config.Default(), Requested: true, Version: "test", Nodes: inject.Nodes{SleepAction: true}}
	file := manifest.Parse("pod.yaml", text)
	if len(file.Unread) > 0 {
		t.Fatal(file.Unread)
	}
	changes := 0
	for _, template := range file.Templates {
		_, operations := inject.Inject(template.Pod, facts)
		changes += len(operations)
		template.Apply(operations)
	}
	injected, err := file.Bytes()
	if err != nil {
		t.Fatalf("inject: %v\n%s", err, text)
	}
	if changes > 0 == bytes.Equal(injected, text) {
		t.Errorf("%d operations:\n%s", changes, injected)
	}
	if file = manifest.Parse("pod.yaml", injected); len(file.Unread) > 0 {
		t.Fatal(file.Unread)
	}
	for _, template := range file.Templates {
		if _, again := inject.Inject(template.Pod, facts); len(again) > 0 {
			t.Errorf("injecting twice is not injecting once: %v", again)
		}
		template.Apply(inject.Undo(template.Pod))
	}
	restored, err := file.Bytes()
	if err != nil {
		t.Fatalf("uninject: %v\n%s", err, injected)
	}
	if !bytes.Equal(restored, text) {
		t.Errorf("was:\n%s\ninjected:\n%s\nrestored:\n%s", text, injected, restored)
	}
}
