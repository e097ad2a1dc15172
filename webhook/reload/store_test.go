package reload_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/e2e/await"
	"github.com/softstop/softstop/webhook"
	"github.com/softstop/softstop/webhook/lookup"
	"github.com/softstop/softstop/webhook/reload"
)

// mounted is a folder as the kubelet mounts a ConfigMap: a file is a link through ..data,
// which is switched by renaming.
type mounted struct {
	*testing.T
	folder  string
	version int
	log     bytes.Buffer
	metrics *reload.Metrics
	made    int // finders
}

func newMounted(t *testing.T, text string) *mounted {
	m := &mounted{T: t, folder: t.TempDir(), metrics: reload.NewMetrics()}
	m.write(text)
	if err := os.Symlink(filepath.Join("..data", "config.yaml"), m.path()); err != nil {
		t.Fatal(err)
	}
	return m
}

func (m *mounted) path() string { return filepath.Join(m.folder, "config.yaml") }

// write switches the mount to a new version of the file.
func (m *mounted) write(text string) {
	m.Helper()
	m.version++
	version := fmt.Sprintf("..version-%d", m.version)
	err := errors.Join(
		os.Mkdir(filepath.Join(m.folder, version), 0o700),
		os.WriteFile(filepath.Join(m.folder, version, "config.yaml"), []byte("apiVersion: softstop.dev/v1alpha1\nkind: Config\n"+text), 0o600),
		os.Symlink(version, filepath.Join(m.folder, "..data_tmp")),
		os.Rename(filepath.Join(m.folder, "..data_tmp"), filepath.Join(m.folder, "..data")),
	)
	if err != nil {
		m.Fatal(err)
	}
}

func (m *mounted) images(settings config.Registry) (webhook.Images, error) {
	m.made++
	return lookup.New(settings, lookup.Around{})
}

func (m *mounted) open() *reload.Store {
	m.Helper()
	s, err := reload.Open(m.path(), m.images, m.metrics, funcr.New(func(prefix, args string) { m.log.WriteString(prefix + args + "\n") }, funcr.Options{}))
	if err != nil {
		m.Fatal(err)
	}
	return s
}

// want holds the drain that is in force, and the gauges.
func (m *mounted) want(s *reload.Store, drain time.Duration, generation, good float64) {
	m.Helper()
	if got := s.Settings().Config.Defaults.All.Drain; got.Value != config.FixedDrain(drain) || got.Source != config.SourceConfig {
		m.Errorf("the drain is %v, want %s", got, drain)
	}
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(m.metrics.Collectors()...)
	families, err := registry.Gather()
	if err != nil {
		m.Fatal(err)
	}
	for _, family := range families {
		value := family.GetMetric()[0].GetGauge().GetValue()
		switch family.GetName() {
		case "softstop_config_generation":
			if value != generation {
				m.Errorf("generation %v, want %v", value, generation)
			}
		case "softstop_config_last_reload_successful":
			if value != good {
				m.Errorf("successful %v, want %v", value, good)
			}
		default:
			if value == 0 {
				m.Errorf("%s is 0", family.GetName())
			}
		}
	}
}

func TestReload(t *testing.T) {
	m := newMounted(t, "defaults: {drain: 1s}")
	s := m.open()
	m.want(s, 1*time.Second, 1, 1)
	s.Look()
	m.want(s, 1*time.Second, 1, 1) // nothing is new

	m.write("defaults: {drain: 2s}")
	s.Look()
	m.want(s, 2*time.Second, 2, 1)
	if m.made != 1 {
		t.Errorf("%d finders, want the first with all that it remembers", m.made)
	}

	m.write("defaults: {drain: x, dran: 3s}")
	s.Look()
	s.Look()
	m.want(s, 2*time.Second, 2, 0)
	if log := m.log.String(); strings.Count(log, "refused") != 1 || !strings.Contains(log, `defaults.drain: \"x\" must be`) || !strings.Contains(log, "defaults.dran") {
		t.Errorf("the log should tell once what is wrong, all of it:\n%s", log)
	}

	m.write("defaults: {drain: 2s}") // taken back
	s.Look()
	m.want(s, 2*time.Second, 3, 1)

	if err := os.Rename(m.path(), m.path()+".away"); err != nil {
		t.Fatal(err)
	}
	s.Look()
	m.want(s, 2*time.Second, 3, 0)
}

// TestReloadNamedFiles: credentials that are rotated in their own Secret are taken over
// like the file that names them.
func TestReloadNamedFiles(t *testing.T) {
	credentials := filepath.Join(t.TempDir(), "config.json")
	set := func(text string) {
		if err := os.WriteFile(credentials, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	set(`{"auths":{"a.example":{"username":"u"}}}`)
	m := newMounted(t, fmt.Sprintf("defaults: {drain: 1s}\nregistry: {credentialsFile: %q}", credentials))
	s := m.open()
	set(`{"auths":{"a.example":{"username":"v"}}}`)
	s.Look()
	m.want(s, 1*time.Second, 2, 1)
	if m.made != 2 {
		t.Errorf("%d finders, want one for each password", m.made)
	}
	set(`{`)
	s.Look()
	m.want(s, 1*time.Second, 2, 0)
	if !strings.Contains(m.log.String(), "registry credentials") {
		t.Error(m.log.String())
	}
}

// TestOpenRefuses: there is no last good configuration at the start.
func TestOpenRefuses(t *testing.T) {
	m := newMounted(t, "mode: never\nstrict: perhaps")
	_, err := reload.Open(m.path(), m.images, m.metrics, logr.Discard())
	if err == nil || !strings.Contains(err.Error(), `mode: "never"`) || !strings.Contains(err.Error(), `strict: "perhaps"`) {
		t.Errorf("got %v", err)
	}
	if _, err := reload.Open(filepath.Join(m.folder, "none"), m.images, m.metrics, logr.Discard()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// TestStart: it looks by itself, and ends with its context.
func TestStart(t *testing.T) {
	m := newMounted(t, "defaults: {drain: 1s}")
	s := m.open()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- s.Start(ctx) }()
	m.write("defaults: {drain: 2s}")
	await.True(t, "the new configuration is taken over", func() bool {
		return s.Settings().Config.Defaults.All.Drain.Value == config.FixedDrain(2*time.Second)
	})
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
