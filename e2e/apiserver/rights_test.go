//go:build linux

package apiserver

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// account is whom the webhook is to the API server.
const account = "system:serviceaccount:softstop:softstop-webhook"

// recordCalls makes the API server write down what the webhook asks of it.
func recordCalls(t *testing.T, env *envtest.Environment) (file string) {
	t.Helper()
	folder := t.TempDir()
	policy := filepath.Join(folder, "policy.yaml")
	file = filepath.Join(folder, "calls")
	text := `{"apiVersion":"audit.k8s.io/v1","kind":"Policy","rules":[{"level":"Metadata","users":["` + account + `"],"omitStages":["RequestReceived"]},{"level":"None"}]}`
	if err := os.WriteFile(policy, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	env.ControlPlane.GetAPIServer().Configure().Set("audit-policy-file", policy).Set("audit-log-path", file)
	return file
}

// call is what was asked of the API server.
type call struct {
	group, resource, verb string
	namespace, name       string
	code                  int
}

func (s *suite) calls(t *testing.T) (all []call) {
	t.Helper()
	data, err := os.ReadFile(s.audit)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		var event struct {
			Verb      string
			ObjectRef *struct{ APIGroup, Resource, Namespace, Name string }
			Status    struct{ Code int } `json:"responseStatus"`
		}
		if err := json.Unmarshal(line, &event); err != nil {
			continue // the last line is being written
		}
		if ref := event.ObjectRef; ref != nil {
			all = append(all, call{ref.APIGroup, ref.Resource, event.Verb, ref.Namespace, ref.Name, event.Status.Code})
		}
	}
	return all
}

// rights: the webhook does nothing that the chart's rules do not allow, and every verb of
// the rules is used.
func (s *suite) rights(t *testing.T) {
	all := s.calls(t)
	if len(all) == 0 {
		t.Fatal("no calls recorded")
	}
	for _, c := range all {
		if c.code == 403 {
			t.Errorf("refused: %+v", c)
		}
	}
	for _, object := range s.chart {
		if kind := object.GetKind(); kind != "Role" && kind != "ClusterRole" {
			continue
		}
		var role rbacv1.ClusterRole
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &role); err != nil {
			t.Fatal(err)
		}
		for _, rule := range role.Rules {
			for _, group := range rule.APIGroups {
				for _, resource := range rule.Resources {
					for _, verb := range rule.Verbs {
						if !slices.ContainsFunc(all, func(c call) bool {
							// A watch streams the list where the API server can; older ones are asked for it.
							used := c.verb == verb || verb == "list" && c.verb == "watch"
							return c.code < 300 && c.group == group && c.resource == resource && used && within(c, object, rule)
						}) {
							t.Errorf("%s %s: %s of %s %v is never used", object.GetKind(), object.GetName(), verb, resource, rule.ResourceNames)
						}
					}
				}
			}
		}
	}
}

// within reports whether it is by this rule of role that c is allowed, and by no narrower
// one.
func within(c call, role *unstructured.Unstructured, rule rbacv1.PolicyRule) bool {
	own := c.namespace == "softstop" && strings.HasSuffix(c.name, "-tls")
	switch {
	case role.GetKind() == "Role":
		return c.namespace == role.GetNamespace() && (len(rule.ResourceNames) == 0 || slices.Contains(rule.ResourceNames, c.name))
	case len(rule.ResourceNames) > 0:
		return slices.Contains(rule.ResourceNames, c.name)
	}
	return !own
}
