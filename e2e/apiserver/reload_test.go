//go:build linux

package apiserver

import (
	"os"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/e2e/await"
)

// reload: a running webhook follows its configuration file, and a bad file changes
// nothing.
func (s *suite) reload(t *testing.T) {
	before, err := os.ReadFile(s.config)
	if err != nil {
		t.Fatal(err)
	}
	write := func(text string) {
		if err := os.WriteFile(s.config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	defer write(string(before))
	drain := func() int64 {
		p := pod("enabled", "reload", nil)
		if err := s.client.Create(t.Context(), p, client.DryRunAll); err != nil {
			t.Fatal(err)
		}
		if lifecycle := p.Spec.Containers[0].Lifecycle; lifecycle == nil || lifecycle.PreStop == nil || lifecycle.PreStop.Sleep == nil {
			return -1 // the cache still has a node that is too old
		}
		return p.Spec.Containers[0].Lifecycle.PreStop.Sleep.Seconds
	}
	follows := func(want func() bool) {
		t.Helper()
		await.True(t, "the configuration is followed", want)
	}
	changed := strings.Replace(string(before), "defaults: {}", "defaults: {drain: 9s}", 1)
	write(changed)
	follows(func() bool { return drain() == 9 })
	write(strings.Replace(changed, "9s", "nine", 1))
	follows(func() bool { return s.metrics(t).Sum("softstop_config_last_reload_successful") == 0 })
	if got := drain(); got != 9 {
		t.Errorf("a bad configuration changed the drain to %ds", got)
	}
	write(strings.Replace(string(before), "locked: []", "locked: [inject]", 1))
	follows(func() bool { return drain() == 5 })
	s.warnings.take()
	out := pod("silent", "locked", map[string]string{config.InjectKey: "true"})
	if err := s.client.Create(t.Context(), out, client.DryRunAll); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(s.warnings.take(), "\n"); out.Labels[config.InjectedKey] != "" || !strings.Contains(got, "the cluster's configuration locks this") {
		t.Errorf("inject is locked: labels %v, warnings %q", out.Labels, got)
	}
}
