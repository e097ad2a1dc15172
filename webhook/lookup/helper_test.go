package lookup_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	dto "github.com/prometheus/client_model/go"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
	"github.com/softstop/softstop/webhook/lookup"
)

// buildHelper puts a real credential helper, docker-credential-cloud, on the PATH. It
// knows the password of one host.
func buildHelper(t *testing.T, host, secret string) (program, notes string) {
	t.Helper()
	folder := t.TempDir()
	program, notes = filepath.Join(folder, "docker-credential-cloud"), filepath.Join(folder, "notes")
	if out, err := exec.Command("go", "build", "-o", program, "./testdata/helper").CombinedOutput(); err != nil {
		t.Fatalf("build the helper: %v: %s", err, out)
	}
	t.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("HELPER_NOTES", notes)
	t.Setenv("HELPER_HOST", host)
	t.Setenv("HELPER_SECRET", secret)
	return program, notes
}

// TestHelper: a credential helper opens the registry it is named for, once for many
// images; others never start it, and a pod's own secret cannot.
func TestHelper(t *testing.T) {
	w := newWorld(t)
	w.push("team/web:1", v1.Config{Entrypoint: []string{"/app"}})
	w.push("team/web:2", v1.Config{Entrypoint: []string{"/app"}})
	w.protect(map[string]string{"team/": "of the hour"})
	program, notes := buildHelper(t, w.host, "of the hour")
	asked := func() string {
		data, _ := os.ReadFile(notes)
		return string(data)
	}

	// Without a helper, and with one for another host only.
	w.settings.Helpers = map[string]string{"*.elsewhere.example": "cloud"}
	w.wantReason(w.ask(w.finder(), w.host+"/team/web:1"), inject.ReasonRegistryUnauthorized)
	w.secrets["shop/sly"] = map[string][]byte{".dockerconfigjson": []byte(`{"credHelpers":{"` + w.host + `":"cloud"},"credsStore":"cloud"}`)}
	w.wantReason(w.ask(w.finder(), w.host+"/team/web:1", pullWith("sly")), inject.ReasonRegistryUnauthorized)
	if asked() != "" {
		t.Errorf("the helper was asked for %q", asked())
	}

	for _, name := range []string{"cloud", program} {
		if err := os.RemoveAll(notes); err != nil {
			t.Fatal(err)
		}
		w.settings.Helpers = map[string]string{w.host: name, "*": "none"}
		f := w.finder()
		w.wantCommand(w.ask(f, w.host+"/team/web:1"), "/app")
		w.wantCommand(w.ask(f, w.host+"/team/web:2"), "/app")
		if asked() != w.host+"\n" {
			t.Errorf("%s: the helper was asked for %q, want the host once", name, asked())
		}
	}

	// One that fails, and one that is not there, are no harm.
	t.Setenv("HELPER_HOST", "another")
	for _, name := range []string{"cloud", "missing", "/missing"} {
		w.settings.Helpers = map[string]string{w.host: name}
		w.wantReason(w.ask(w.finder(), w.host+"/team/web:1"), inject.ReasonRegistryUnauthorized)
	}
}

// TestHelperHangs: a helper has no more time than the budget.
func TestHelperHangs(t *testing.T) {
	w := newWorld(t)
	folder := t.TempDir()
	program, child := filepath.Join(folder, "helper"), filepath.Join(folder, "child")
	// Its child holds its output open, and lives on.
	if err := os.WriteFile(program, []byte("#!/bin/sh\nsleep 600 &\necho $! >"+child+"\nwait\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = exec.Command("sh", "-c", "kill $(cat "+child+")").Run() }) // it may not have come so far
	w.settings.Helpers = map[string]string{w.host: program}
	w.settings.Budget = short
	w.wantReason(w.ask(w.finder(), w.host+"/web:1"), inject.ReasonRegistryUnavailable)
}

// TestMetrics: what the caches and the breaker save is counted.
func TestMetrics(t *testing.T) {
	w := newWorld(t)
	w.push("web:1", v1.Config{Entrypoint: []string{"/app"}})
	w.settings.TagTTL = time.Hour
	metrics := lookup.NewMetrics()
	f, err := lookup.New(w.settings, lookup.Around{Metrics: metrics})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		w.wantCommand(w.ask(f, w.host+"/web:1"), "/app")
	}
	w.wantReason(w.ask(f, w.host+"/missing:1"), inject.ReasonImageNotFound)
	w.wantReason(w.ask(f, w.host+"/missing:1"), inject.ReasonImageNotFound)
	got := gather(t, metrics.Collectors())
	for name, want := range map[string]float64{
		"softstop_lookup_cache_total tag hit":      2,
		"softstop_lookup_cache_total tag miss":     2,
		"softstop_lookup_cache_total digest hit":   2,
		"softstop_lookup_cache_total digest miss":  1,
		"softstop_lookup_cache_total failure hit":  1,
		"softstop_lookup_cache_total failure miss": 4,
		"softstop_lookup_requests_total answered":  2,
		"softstop_lookup_requests_total failed":    1,
		"softstop_lookup_seconds":                  5,
	} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v in %v", name, got[name], want, got)
		}
	}
}

// gather returns the values of all metrics, by name and label values.
func gather(t *testing.T, all []prometheus.Collector) map[string]float64 {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(all...)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			name := family.GetName()
			for _, label := range metric.GetLabel() {
				name += " " + label.GetValue()
			}
			values[name] = value(metric)
		}
	}
	return values
}

func value(m *dto.Metric) float64 {
	if h := m.GetHistogram(); h != nil {
		return float64(h.GetSampleCount())
	}
	return m.GetCounter().GetValue()
}

// TestUnusableSettings: a file that the settings name and nobody can read is an error
// at once, not a riddle later.
func TestUnusableSettings(t *testing.T) {
	for _, settings := range []config.Registry{{CredentialsFile: "/no/such/file"}, {CAPath: "/no/such/file"}} {
		if _, err := lookup.New(settings, lookup.Around{}); err == nil || !strings.Contains(err.Error(), "/no/such/file") {
			t.Errorf("%+v: %v", settings, err)
		}
	}
}
