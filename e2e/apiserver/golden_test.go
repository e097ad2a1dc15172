//go:build linux

package apiserver

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	nodev1 "k8s.io/api/node/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/softstop/softstop/config"
)

// goldenPodsAreValid creates every golden pod as it came in and as it comes out: where
// the API server accepts the one it must accept the other. It does so in a namespace
// without rules, in one with Pod Security's restricted profile, and in one with a quota
// and a LimitRange. For the restricted profile the containers, but not the installer, are
// given what it asks for.
func (s *suite) goldenPodsAreValid(t *testing.T) {
	outputs, err := filepath.Glob("../../webhook/inject/testdata/*.out.yaml")
	if err != nil || len(outputs) == 0 {
		t.Fatalf("no golden pods: %v", err)
	}
	s.namespace(t, "golden", nil)
	s.namespace(t, "golden-restricted", map[string]string{"pod-security.kubernetes.io/enforce": "restricted"})
	s.limited(t, "golden-limited", nil)
	for _, name := range []string{"wasmtime-spin-v2", "windows-2022", "kata"} {
		class := &nodev1.RuntimeClass{ObjectMeta: metav1.ObjectMeta{Name: name}, Handler: "other"}
		if err := s.client.Create(t.Context(), class); err != nil {
			t.Fatal(err)
		}
	}
	// The restricted profile has no place for a pod with hostPID or probes of other hosts, nor Windows for what it asks for.
	may := map[string]int{"golden-restricted": 3}
	for _, namespace := range []string{"golden", "golden-restricted", "golden-limited"} {
		var refused []string
		for _, output := range outputs {
			in, out := readPod(t, strings.TrimSuffix(output, ".out.yaml")+".in.yaml"), readPod(t, output)
			if namespace == "golden-restricted" {
				tightenNamed(in, containerNames(in))
				tightenNamed(out, containerNames(in))
			}
			name := strings.TrimSuffix(filepath.Base(output), ".out.yaml")
			if err := s.createIn(t, namespace, in); err != nil {
				refused = append(refused, name)
				t.Logf("%s: %s is itself refused: %v", namespace, name, err)
				continue
			}
			if err := s.createIn(t, namespace, out); err != nil {
				t.Errorf("%s: %s: %v", namespace, name, err)
			}
		}
		t.Logf("%s: %d of %d golden pods created", namespace, len(outputs)-len(refused), len(outputs))
		if len(refused) > may[namespace] {
			t.Errorf("%s refuses %q as they came in: they try nothing", namespace, refused)
		}
	}
}

func readPod(t *testing.T, file string) *unstructured.Unstructured {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, after, two := bytes.Cut(data, []byte("\n---\n")); two {
		data = after
	}
	object := &unstructured.Unstructured{}
	if err := yaml.Unmarshal(data, object); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return object
}

func (s *suite) createIn(t *testing.T, namespace string, pod *unstructured.Unstructured) error {
	pod.SetNamespace(namespace)
	// It is what the webhook made already, or not to be injected.
	unstructured.RemoveNestedField(pod.Object, "metadata", "annotations", config.InjectKey)
	return s.client.Create(t.Context(), pod, client.DryRunAll)
}

// containers returns the pod's containers of both lists.
func containers(pod *unstructured.Unstructured) (all []map[string]any) {
	for _, list := range []string{"initContainers", "containers"} {
		found, _, _ := unstructured.NestedFieldNoCopy(pod.Object, "spec", list)
		elements, _ := found.([]any)
		for _, c := range elements {
			all = append(all, c.(map[string]any))
		}
	}
	return all
}

func containerNames(pod *unstructured.Unstructured) (names []any) {
	for _, c := range containers(pod) {
		names = append(names, c["name"])
	}
	return names
}

// tightenNamed gives the containers of these names what the restricted profile asks for.
func tightenNamed(pod *unstructured.Unstructured, names []any) {
	_ = unstructured.SetNestedMap(pod.Object, map[string]any{"runAsNonRoot": true, "seccompProfile": map[string]any{"type": "RuntimeDefault"}}, "spec", "securityContext")
	for _, c := range containers(pod) {
		if slices.Contains(names, c["name"]) {
			c["securityContext"] = map[string]any{"allowPrivilegeEscalation": false, "capabilities": map[string]any{"drop": []any{"ALL"}}}
		}
	}
}
