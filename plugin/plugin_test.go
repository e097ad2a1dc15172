package plugin

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/containerd/nri/pkg/api"
	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
)

// status is what the webhook wrote.
const status = `{"version":"test","carrier":"node","containers":[{"name":"app","action":"wrapped","flags":["--stop-timeout=10s"]}]}`

func pod(status string) *api.PodSandbox {
	return &api.PodSandbox{Id: "p", Name: "web", Namespace: "shop", Uid: "u", Annotations: map[string]string{config.StatusKey: status}}
}

func container(id string) *api.Container {
	return &api.Container{
		Id: id, Name: "app", PodSandboxId: "p", Args: []string{"/app"},
		Annotations: map[string]string{messagePath: "/dev/termination-log", messagePolicy: "File"},
		Mounts:      []*api.Mount{{Source: "/kubelet/x", Destination: "/dev/termination-log"}},
	}
}

// ready is a plugin that the runtime has made itself known to.
func ready(t *testing.T) *Plugin {
	t.Helper()
	ledger := &Ledger{}
	p := &Plugin{
		Folder: "/carrier", Program: "digest/softstop-init", PodUID: "ours", Ledger: ledger, Metrics: NewMetrics(ledger), Log: logr.Discard(),
		Limits:     func() config.Limits { return config.Default().Limits },
		StopSignal: func(context.Context, string) (string, error) { return "SIGQUIT", nil },
	}
	if p.Ready() {
		t.Error("ready before anybody called")
	}
	if _, err := p.Configure(t.Context(), "", "containerd", "v2.4.2"); err != nil {
		t.Fatal(err)
	}
	pods := []*api.PodSandbox{{Id: "other", Uid: "theirs"}, {Id: "own", Uid: "ours"}}
	containers := []*api.Container{
		{PodSandboxId: "other", Mounts: []*api.Mount{{Source: "/wrong", Destination: "/carrier"}}},
		{PodSandboxId: "own", Mounts: []*api.Mount{{Source: "/etc", Destination: "/etc/softstop"}, {Source: "/kubelet/pods/ours/carrier", Destination: "/carrier/"}}},
	}
	if _, err := p.Synchronize(t.Context(), pods, containers); err != nil {
		t.Fatal(err)
	}
	return p
}

func create(t *testing.T, p *Plugin, pod *api.PodSandbox, c *api.Container) *api.ContainerAdjustment {
	t.Helper()
	adjustment, updates, err := p.CreateContainer(t.Context(), pod, c)
	if err != nil || len(updates) > 0 {
		t.Fatalf("updates %v (%v)", updates, err)
	}
	return adjustment
}

// A planned container gets the init mounted, and in front of its command.
func TestWrapped(t *testing.T) {
	p := ready(t)
	if !p.Ready() {
		t.Fatal("not ready")
	}
	a := create(t, p, pod(status), container("c"))
	want := []string{"", "/softstop/softstop-init", "--stop-timeout=10s", "--stop-signal=SIGQUIT", "--report=/dev/termination-log", "--", "/app"}
	if !slices.Equal(a.GetArgs(), want) { // NRI marks a list that may be set again with an empty word
		t.Errorf("args %q, want %q", a.GetArgs(), want)
	}
	if len(a.GetMounts()) != 1 || a.GetMounts()[0].GetSource() != "/kubelet/pods/ours/carrier/digest/softstop-init" || a.GetMounts()[0].GetDestination() != "/softstop/softstop-init" ||
		!slices.Contains(a.GetMounts()[0].GetOptions(), "ro") {
		t.Errorf("mounts %v", a.GetMounts())
	}
	if n := testutil.ToFloat64(p.Metrics.containers.WithLabelValues("wrapped")); n != 1 {
		t.Errorf("%v are counted", n)
	}
}

// What is not planned, or cannot be, starts as it would without the plugin.
func TestNotTouched(t *testing.T) {
	old, unknown, vm, out := ready(t), ready(t), pod(status), pod(status)
	out.Annotations[config.InjectKey] = "false"
	if _, err := old.Configure(t.Context(), "", "containerd", "v2.1.0"); err != nil {
		t.Fatal(err)
	}
	unknown.StopSignal = func(context.Context, string) (string, error) { return "", errors.New("no answer") }
	vm.RuntimeHandler = "kata"
	for name, c := range map[string]struct {
		plugin *Plugin
		pod    *api.PodSandbox
	}{
		"nobody opted in":               {ready(t), &api.PodSandbox{}},
		"another carrier":               {ready(t), pod(`{"carrier":"emptyDir","containers":[{"name":"app","action":"wrapped"}]}`)},
		"a status that nobody can read": {ready(t), pod("{")},
		"another runtime handler":       {ready(t), vm},
		"a pod that opts out":           {ready(t), out},
		"a runtime that is too old":     {old, pod(status)},
		"an image that is not known":    {unknown, pod(status)},
		"the runtime has not said yet":  {&Plugin{Log: logr.Discard(), Ledger: &Ledger{}}, pod(status)},
	} {
		if a := create(t, c.plugin, c.pod, container("c")); a != nil {
			t.Errorf("%s: %v", name, a)
		}
	}
}

// A report is written only where the kubelet has mounted its file, and reads it.
func TestReport(t *testing.T) {
	for name, c := range map[string]struct {
		path, policy, mounted, want string
	}{
		"as Kubernetes has it":     {"/dev/termination-log", "File", "/dev/termination-log", "/dev/termination-log"},
		"the log instead":          {"/dev/termination-log", "FallbackToLogsOnError", "/dev/termination-log", ""},
		"a path nobody mounted":    {"/etc/passwd", "File", "/dev/termination-log", ""},
		"a path that is not clean": {"/dev/../dev/m", "File", "/dev/m", "/dev/../dev/m"},
		"no path":                  {"", "File", "", ""},
	} {
		got := reportOf(&api.Container{Annotations: map[string]string{messagePath: c.path, messagePolicy: c.policy}, Mounts: []*api.Mount{{Destination: c.mounted}}})
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// A plugin that leaves stays until the containers that it wrapped have their mounts, and wraps no more.
func TestLeave(t *testing.T) {
	p := ready(t)
	create(t, p, pod(status), container("started"))
	create(t, p, pod(status), container("removed"))
	gone := p.Leave()
	if a := create(t, p, pod(status), container("late")); a != nil || p.Ready() {
		t.Errorf("wrapped while it leaves: %v", a)
	}
	if err := p.StartContainer(t.Context(), nil, container("started")); err != nil {
		t.Fatal(err)
	}
	select {
	case <-gone:
		t.Error("gone, though a container may still mount the program")
	default:
	}
	if err := p.RemoveContainer(t.Context(), nil, container("removed")); err != nil {
		t.Fatal(err)
	}
	<-gone
	<-p.Leave()
}

// The program is whole, and everybody may run it. One that is there already stays the same file: a
// container may be about to mount it. So does another version's.
func TestPut(t *testing.T) {
	folder := t.TempDir()
	put := func(program string) (string, os.FileInfo) {
		t.Helper()
		name, err := Put([]byte(program), folder)
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil || string(text) != program {
			t.Fatalf("%q (%v)", text, err)
		}
		info, err := os.Stat(filepath.Join(folder, name))
		if err != nil || info.Mode().Perm() != 0o555 {
			t.Fatalf("mode %v (%v)", info.Mode(), err)
		}
		return name, info
	}
	name, first := put("#!/bin/sh\nexit 0\n")
	newer, _ := put("newer")
	again, second := put("#!/bin/sh\nexit 0\n")
	if again != name || newer == name || !os.SameFile(first, second) {
		t.Errorf("%s, then %s, then %s; the same file: %v", name, newer, again, os.SameFile(first, second))
	}
	if files, err := filepath.Glob(filepath.Join(folder, "*", "*")); err != nil || len(files) != 2 {
		t.Errorf("left are %v (%v)", files, err)
	}
	if _, err := Put(nil, filepath.Join(name, "none", string([]byte{0}))); err == nil {
		t.Error("no error for a folder that cannot be made")
	}
}

// A limit of a plan's timeouts is the configuration's.
func TestLimits(t *testing.T) {
	p := ready(t)
	p.Limits = func() config.Limits { return config.Limits{MaxGrace: 31 * time.Second} }
	a := create(t, p, pod(`{"carrier":"node","containers":[{"name":"app","action":"wrapped","flags":["--stop-timeout=5h","--drain=1h"]}]}`), container("c"))
	if !slices.Contains(a.GetArgs(), "--stop-timeout=31s") || slices.ContainsFunc(a.GetArgs(), func(word string) bool { return word == "--drain=1h0m0s" }) {
		t.Errorf("args %q", a.GetArgs())
	}
}

// The ledger says what became of the containers that are there: those that were made before the plugin
// was, too.
func TestLedger(t *testing.T) {
	p, planned := ready(t), pod(status)
	made := func(id string, args ...string) *api.Container {
		c := container(id)
		c.Args = args
		return c
	}
	wrapped := made("wrapped", "/softstop/softstop-init", "--", "/app")
	wrapped.Mounts = append(wrapped.Mounts, &api.Mount{Destination: "/softstop/softstop-init"})
	stranger, other := made("stranger", "/app"), made("other", "/app")
	stranger.PodSandboxId, other.Name = "q", "helper"
	_, err := p.Synchronize(t.Context(), []*api.PodSandbox{planned, {Id: "q"}}, []*api.Container{
		wrapped, made("missed", "/app"), made("tini", "/tini", "--", "/app"), made("forged", "/softstop/softstop-init", "--", "/app"), stranger, other,
	})
	if err != nil {
		t.Fatal(err)
	}
	create(t, p, planned, container("new"))
	// The plugin that this one replaces has been asked before.
	if a := create(t, p, planned, wrapped); a != nil {
		t.Errorf("wrapped twice: %v", a)
	}
	want := map[string]string{"wrapped": "wrapped", "missed": "no-plugin", "tini": "has-init", "forged": "has-init", "new": "wrapped"}
	if got := p.Ledger.Outcomes(); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if err := p.RemoveContainer(t.Context(), nil, container("missed")); err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	p.Ledger.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, inject.LedgerPath, nil))
	if text := answer.Body.String(); text != `{"forged":"has-init","new":"wrapped","tini":"has-init","wrapped":"wrapped"}`+"\n" {
		t.Errorf("served is %s", text)
	}
	registry := prometheus.NewRegistry()
	if err := registry.Register(p.Metrics); err != nil {
		t.Fatal(err)
	}
	gauges := `# HELP softstop_node_containers Those that are on the node now, by result.
# TYPE softstop_node_containers gauge
softstop_node_containers{result="has-init"} 2
softstop_node_containers{result="wrapped"} 2
`
	if err := testutil.GatherAndCompare(registry, strings.NewReader(gauges), "softstop_node_containers"); err != nil {
		t.Error(err)
	}
}
