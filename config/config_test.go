package config_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/initbin"
)

// TestWhoWins is the order of doc.go, for one field of one container.
func TestWhoWins(t *testing.T) {
	c, err := config.Parse([]byte(`
defaults: {drain: 1s}
rules:
- {name: web, match: {namespaces: ["sh*"], labels: {matchLabels: {app: web}}, ownerKinds: [ReplicaSet], images: ["*/web:*"]}, set: {drain: 2s}}
- {name: all, set: {drain: 9s}}
limits: {maxDrain: 7s}
`))
	if err != nil {
		t.Fatal(err)
	}
	subject := config.Subject{Namespace: "shop", Labels: map[string]string{"app": "web"}, OwnerKind: "ReplicaSet", Image: "registry.example/team/web:1"}
	namespace := map[string]string{"softstop.dev/drain": "3s", "softstop.dev/drain.app": "4s"}
	pod := map[string]string{"softstop.dev/drain": "5s", "softstop.dev/drain.app": "6s"}
	for name, step := range map[string]struct {
		places []config.Settings
		want   config.Setting[time.Duration]
	}{
		"built in":                  {nil, config.Setting[time.Duration]{Value: 5 * time.Second, Source: config.SourceDefault}},
		"the file's defaults":       {c.SettingsFor(subject)[:1], config.Setting[time.Duration]{Value: time.Second, Source: config.SourceConfig}},
		"the first rule":            {c.SettingsFor(subject), config.Setting[time.Duration]{Value: 2 * time.Second, Source: config.SourceRule}},
		"another rule":              {c.SettingsFor(config.Subject{}), config.Setting[time.Duration]{Value: 9 * time.Second, Source: config.SourceRule}},
		"the namespace":             {add(c.SettingsFor(subject), annotations(config.SourceNamespace, namespace, "app")), config.Setting[time.Duration]{Value: 3 * time.Second, Source: config.SourceNamespace}},
		"its word on the container": {add(c.SettingsFor(subject), annotations(config.SourceNamespace, namespace, "")), config.Setting[time.Duration]{Value: 4 * time.Second, Source: config.SourceNamespace}},
		"the pod":                   {add(c.SettingsFor(subject), annotations(config.SourceNamespace, namespace, ""), annotations(config.SourcePod, pod, "app")), config.Setting[time.Duration]{Value: 5 * time.Second, Source: config.SourcePod}},
		"its word on its container": {add(c.SettingsFor(subject), annotations(config.SourceNamespace, namespace, ""), annotations(config.SourcePod, pod, "")), config.Setting[time.Duration]{Value: 6 * time.Second, Source: config.SourcePod}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := config.Resolve("app", step.places...).Drain; got != step.want {
				t.Errorf("got %+v, want %+v", got, step.want)
			}
		})
	}
	policy := config.Resolve("app", c.SettingsFor(config.Subject{})...)
	if problems := c.Limits.Clamp(&policy, "app"); policy.Drain != (config.Setting[time.Duration]{Value: 7 * time.Second, Source: config.SourceLimit}) || problems != nil {
		t.Errorf("limit: %+v, %v", policy.Drain, problems)
	}
}

func add(places []config.Settings, more ...config.Settings) []config.Settings {
	return append(places, more...)
}

// annotations reads annotations without those of one container.
func annotations(source config.Source, all map[string]string, without string) config.Settings {
	kept := map[string]string{}
	for key, value := range all {
		if without == "" || !strings.HasSuffix(key, "."+without) {
			kept[key] = value
		}
	}
	settings, _ := config.FromAnnotations(source, kept)
	return settings
}

// TestLocked: whatever a namespace or a pod says about a locked field is dropped and
// named, for every field.
func TestLocked(t *testing.T) {
	values := map[config.Field]string{
		config.FieldDrain: "1s", config.FieldStopTimeout: "1s", config.FieldStopSignal: "INT", config.FieldSignalTarget: "all",
		config.FieldOKExitCodes: "143", config.FieldContainers: "a", config.FieldExcludeContainers: "a", config.FieldSidecars: "false",
		config.FieldCarrier: "image", config.FieldCommand: `["/app"]`,
	}
	for _, field := range config.Fields() {
		settings, problems := config.FromAnnotations(config.SourcePod, map[string]string{config.Prefix + string(field): values[field]})
		if len(problems) > 0 {
			t.Fatalf("%s: %v", field, problems)
		}
		if open, problems := (config.Limits{}).Unlock(settings); reflect.DeepEqual(open, config.Settings{Source: config.SourcePod}) || problems != nil {
			t.Errorf("%s: lost without a lock: %v", field, problems)
		}
		open, problems := config.Limits{Locked: []config.Field{field}}.Unlock(settings)
		if !reflect.DeepEqual(open.All, config.Values{}) || len(problems) != 1 || !problems[0].Limit {
			t.Errorf("%s: %+v, %v", field, open, problems)
		}
	}
}

// TestParseSaysEverything: a file with several mistakes is refused with all of them.
func TestParseSaysEverything(t *testing.T) {
	_, err := config.Parse([]byte(`
mode: sometimes
defaults: {drain: 5, dran: 5s}
rules: [{set: {carrier: ship}, match: {labels: {matchExpressions: [{key: a, operator: Maybe}]}}}]
limits: {maxGrace: 1s, locked: [everything]}
images: {"*": {stopSignal: SIGWHAT}}
registry: {budget: 1h, deny: [everywhere]}
`))
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{
		`mode: "sometimes" must be optIn or optOut`,
		`defaults.drain: "5" must be a duration`,
		`defaults.dran: softstop has no such field`,
		`rules[0].set.carrier: "ship" must be emptyDir, image or auto`,
		`rules[0].match.labels`,
		`limits.maxGrace: "1s" must be a duration from 5s`,
		`limits.locked[0]: softstop has no field "everything"`,
		`images["*"].stopSignal: "SIGWHAT"`,
		`registry.budget: "1h"`,
		`registry.deny[0]: "everywhere" must be a network`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in:\n%v", want, err)
		}
	}
	if _, err := config.Parse([]byte("modus: optIn")); err == nil {
		t.Error("an unknown key was accepted")
	}
}

func TestParseScalars(t *testing.T) {
	c, err := config.Parse([]byte("defaults: {ok-exit-codes: 143, sidecars: false, stop-signal: INT}"))
	if err != nil {
		t.Fatal(err)
	}
	if v := c.Defaults.All; v.Sidecars == nil || *v.Sidecars || v.OKExitCodes == nil || !v.OKExitCodes.Has(143) || *v.StopSignal != initbin.SIGINT {
		t.Errorf("got %+v", v)
	}
	if c, err := config.Parse(nil); err != nil || c.Mode != config.OptIn || c.InitImage == "" {
		t.Errorf("an empty file: %+v, %v", c, err)
	}
}

// TestImageFor: the longest pattern that matches holds.
func TestImageFor(t *testing.T) {
	c := config.Config{Images: map[string]config.Image{
		"*": {StopSignal: "1"}, "registry.example/*": {StopSignal: "2"}, "registry.example/*/web:*": {StopSignal: "3"}, "exact:1": {StopSignal: "4"},
	}}
	for image, want := range map[string]string{
		"other:1": "1", "registry.example/x:1": "2", "registry.example/a/b/web:2": "3", "exact:1": "4", "exact:11": "1", "": "1",
	} {
		if got, _ := c.ImageFor(image); got.StopSignal != want {
			t.Errorf("%q: got %s, want %s", image, got.StopSignal, want)
		}
	}
	if _, found := (config.Config{}).ImageFor("x"); found {
		t.Error("found without a pattern")
	}
}

// FuzzAnnotation: no value panics; what is taken is within its bounds, what is not
// taken is named in a warning that an API server does not cut.
func FuzzAnnotation(f *testing.F) {
	for _, field := range config.Fields() {
		for _, value := range []string{"", "5s", "-5s", "1h1h", "INT", "143,1", "a, b", "true", "auto", `["a","b"]`, `[""]`, "\x00\xff", strings.Repeat("9", 400)} {
			f.Add(string(field), "app", value)
		}
	}
	f.Fuzz(func(t *testing.T, field, container, value string) {
		key := config.Prefix + field
		if container != "" {
			key += "." + container
		}
		settings, problems := config.FromAnnotations(config.SourcePod, map[string]string{key: value})
		for _, problem := range problems {
			if len(key) < 100 && len(problem.String()) > 256 {
				t.Errorf("a warning of %d bytes: %s", len(problem.String()), problem)
			}
		}
		for _, name := range []string{container, "another"} {
			p := config.Resolve(name, settings)
			if p.Drain.Value < 0 || p.Drain.Value > 24*time.Hour || p.StopTimeout.Value < config.MinStopTimeout || p.StopTimeout.Value > 24*time.Hour {
				t.Errorf("%s: %q gives %+v", key, value, p)
			}
			options := initbin.Options{Drain: p.Drain.Value, StopTimeout: p.StopTimeout.Value, SignalTarget: p.SignalTarget.Value, OKExitCodes: p.OKExitCodes.Value}
			if told := p.StopSignal.Value; told != 0 {
				options.StopSignal = initbin.StopSignal{Arriving: told, Told: told}
			}
			got, _, problem := initbin.Parse(append(options.Words(), "x"))
			if problem.Reason != "" || got != options {
				t.Errorf("%s: %q becomes %q, which the init reads as %+v, %+v", key, value, options.Words(), got, problem)
			}
		}
	})
}
