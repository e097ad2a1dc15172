//go:build linux

package chart

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"go.yaml.in/yaml/v3"

	"github.com/softstop/softstop/e2e/node/parts"
)

// TestAlerts: every expression is PromQL and asks for metrics that there are, and every
// alert says how bad it is and what to do.
func TestAlerts(t *testing.T) {
	known := metrics(t)
	var file struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr         string
				Labels, Annotations map[string]string
			}
		}
	}
	if err := yaml.Unmarshal(chartFile(t, "alerts.yaml"), &file); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			if seen[rule.Alert] || !strings.HasPrefix(rule.Alert, "Softstop") {
				t.Errorf("alert %q: want a name of its own that begins with Softstop", rule.Alert)
			}
			seen[rule.Alert] = true
			if !slices.Contains([]string{"info", "warning", "critical"}, rule.Labels["severity"]) {
				t.Errorf("alert %s: severity %q", rule.Alert, rule.Labels["severity"])
			}
			if rule.Annotations["summary"] == "" || rule.Annotations["description"] == "" {
				t.Errorf("alert %s has no summary or no description", rule.Alert)
			}
			checkQuery(t, "alert "+rule.Alert, rule.Expr, known)
		}
	}
	if len(seen) == 0 {
		t.Error("no alerts")
	}
}

// TestDashboard: so does every panel.
func TestDashboard(t *testing.T) {
	known := metrics(t)
	var dashboard struct {
		Panels []struct {
			Type, Title string
			Targets     []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(chartFile(t, "dashboard.json"), &dashboard); err != nil {
		t.Fatal(err)
	}
	// Grafana fills these in.
	variables := strings.NewReplacer("$__rate_interval", "5m", "$job", ".*")
	queries := 0
	for _, panel := range dashboard.Panels {
		if panel.Type != "row" && len(panel.Targets) == 0 {
			t.Errorf("panel %q shows nothing", panel.Title)
		}
		for _, target := range panel.Targets {
			checkQuery(t, "panel "+panel.Title, variables.Replace(target.Expr), known)
			queries++
		}
	}
	if queries == 0 {
		t.Error("no queries")
	}
}

// checkQuery parses a query and looks its metrics up.
func checkQuery(t *testing.T, where, query string, known map[string]bool) {
	t.Helper()
	expression, err := parser.ParseExpr(query)
	if err != nil {
		t.Errorf("%s: %v in:\n%s", where, err, query)
		return
	}
	parser.Inspect(expression, func(n parser.Node, _ []parser.Node) error {
		selector, ok := n.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		for _, matcher := range selector.LabelMatchers {
			name := matcher.Value
			is := known[name] || known[strings.TrimSuffix(name, "_bucket")] || known[strings.TrimSuffix(name, "_count")]
			if matcher.Name == labels.MetricName && !is {
				t.Errorf("%s asks for %s, which nothing exposes", where, matcher.Value)
			}
		}
		return nil
	})
}

// metrics are the metrics that there are: the webhook's, by the table in docs/webhook.md,
// which a test holds to the code, and those of others.
func metrics(t *testing.T) map[string]bool {
	t.Helper()
	known := map[string]bool{
		"apiserver_admission_webhook_fail_open_count": true, // the API server's
		"apiserver_admission_webhook_rejection_count": true,
		"controller_runtime_webhook_requests_total":   true, // the webhook server's
		"controller_runtime_webhook_latency_seconds":  true,
		"process_resident_memory_bytes":               true, // every Go program's
		"process_cpu_seconds_total":                   true,
		"go_goroutines":                               true,
	}
	root, err := parts.Root(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(root, "docs/webhook.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range regexp.MustCompile("(?m)^\\| `(softstop_[a-z_]+)`").FindAllSubmatch(page, -1) {
		known[string(found[1])] = true
	}
	return known
}
