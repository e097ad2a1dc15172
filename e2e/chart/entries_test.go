//go:build linux

package chart

import (
	"encoding/json"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/softstop/softstop/config"
)

// TestEntries: the webhook configuration's two entries never select the same namespace, in
// either mode, and each has its own failurePolicy.
func TestEntries(t *testing.T) {
	needsNodeParts(t)
	for mode, want := range map[string]string{
		"optIn":  `namespace In ["enabled"] Fail, pod NotIn ["enabled"] Ignore`,
		"optOut": `namespace NotIn ["disabled"] Fail, pod In ["disabled"] Ignore`,
	} {
		rendered, err := Template(t.Context(), "--set", "mode="+mode+",webhooks.namespace.failurePolicy=Fail")
		if err != nil {
			t.Fatal(err)
		}
		configuration := find(t, rendered, "MutatingWebhookConfiguration", Namespace+"-"+Release)
		entries, _, _ := unstructured.NestedSlice(configuration.Object, "webhooks")
		var got []string
		for _, entry := range entries {
			got = append(got, selects(t, entry.(map[string]any)))
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("mode %s: %v, want %s", mode, got, want)
		}
	}
}

// selects says in words which namespaces an entry is for, by their label.
func selects(t *testing.T, entry map[string]any) string {
	t.Helper()
	name, _, _ := strings.Cut(entry["name"].(string), ".")
	expressions, _, _ := unstructured.NestedSlice(entry, "namespaceSelector", "matchExpressions")
	for _, e := range expressions {
		if expression := e.(map[string]any); expression["key"] == config.InjectKey {
			values, err := json.Marshal(expression["values"])
			if err != nil {
				t.Fatal(err)
			}
			return strings.Join([]string{name, expression["operator"].(string), string(values), entry["failurePolicy"].(string)}, " ")
		}
	}
	return name + " selects by no label"
}
