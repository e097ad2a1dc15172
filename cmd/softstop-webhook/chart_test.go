//go:build linux

package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/softstop/softstop/config"
)

// needsNodeParts skips where nothing may be built.
func needsNodeParts(t *testing.T) {
	t.Helper()
	if os.Getenv("KUBEBUILDER_ASSETS") == "" {
		t.Skip("KUBEBUILDER_ASSETS is not set: make test builds the API server and Helm")
	}
}

// TestChartRefuses: the values' schema is closed, and says where a value is wrong.
func TestChartRefuses(t *testing.T) {
	needsNodeParts(t)
	for flag, says := range map[string]string{
		"replicaCount=3":                     "replicaCount",
		"mode=sometimes":                     "mode",
		"replicas=0":                         "replicas",
		"config.defaults.dran=5s":            "dran",
		"config.registry.cache=1":            "cache",
		"webhooks.namespace.failurePolicy=X": "failurePolicy",
		"webhooks.timeoutSeconds=60":         "timeoutSeconds",
	} {
		if _, err := helmTemplate(t, "--set", flag); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", flag, err)
		}
	}
}

// TestChartOptOut: the two entries never select the same namespace, in either mode.
func TestChartOptOut(t *testing.T) {
	needsNodeParts(t)
	for mode, want := range map[string]string{
		"optIn":  `namespace In ["enabled"], pod NotIn ["enabled"]`,
		"optOut": `namespace NotIn ["disabled"], pod In ["disabled"]`,
	} {
		var got []string
		for _, object := range renderChart(t, "--set", "mode="+mode) {
			if object.GetKind() != "MutatingWebhookConfiguration" {
				continue
			}
			entries, _, _ := unstructured.NestedSlice(object.Object, "webhooks")
			for _, entry := range entries {
				expressions, _, _ := unstructured.NestedSlice(entry.(map[string]any), "namespaceSelector", "matchExpressions")
				for _, e := range expressions {
					expression := e.(map[string]any)
					if expression["key"] == config.InjectKey {
						values, _ := json.Marshal(expression["values"])
						name, _, _ := strings.Cut(entry.(map[string]any)["name"].(string), ".")
						got = append(got, name+" "+expression["operator"].(string)+" "+string(values))
					}
				}
			}
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("mode %s: %v, want %s", mode, got, want)
		}
	}
}

// TestChartEverything renders every optional part and reads the configuration in it.
func TestChartEverything(t *testing.T) {
	needsNodeParts(t)
	objects := renderChart(t, "--set", "registry.credentialsSecret=pull,registry.caConfigMap=ca,imagePullSecrets[0].name=x,priorityClassName=high",
		"--set", "config.defaults.drain=8s,config.limits.maxGrace=10m,config.rules[0].set.carrier=image,config.registry.mirrors.docker\\.io[0]=m.example/x")
	for _, object := range objects {
		if object.GetKind() != "ConfigMap" {
			continue
		}
		text, _, _ := unstructured.NestedString(object.Object, "data", "config.yaml")
		c, err := config.Parse([]byte(text))
		if err != nil || len(c.Rules) != 1 || c.Registry.CredentialsFile == "" || len(c.Registry.Mirrors["docker.io"]) != 1 {
			t.Errorf("%v: %+v in:\n%s", err, c, text)
		}
		return
	}
	t.Error("no ConfigMap")
}
