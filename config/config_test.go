package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/initbin"
)

// head is what every file starts with.
const head = "apiVersion: softstop.dev/v1alpha1\nkind: Config\n"

func parse(t *testing.T, text string) config.Config {
	t.Helper()
	c, err := config.Parse([]byte(head + text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestParseValues: numbers, booleans and lists may be written as YAML has them.
func TestParseValues(t *testing.T) {
	c := parse(t, `defaults: {ok-exit-codes: [143, 130], sidecars: false, stop-signal: INT, containers: [a, b], command: [/app, "x y"]}`)
	v := c.Defaults.All
	if v.Sidecars != (config.Setting[bool]{Value: false, Source: config.SourceConfig}) || !v.OKExitCodes.Value.Has(130) || v.StopSignal.Value != initbin.SIGINT ||
		strings.Join(v.Containers.Value, "|") != "a|b" || strings.Join(v.Command.Value, "|") != "/app|x y" {
		t.Errorf("got %+v", v)
	}
	if c := parse(t, "rules: null\nlimits:\n"); c.Mode != config.OptIn || c.InitImage == "" || c.Limits.MaxGrace != time.Hour {
		t.Errorf("a file that says nothing: %+v", c)
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

// FuzzParse: no file panics, and one that is accepted keeps to its bounds.
func FuzzParse(f *testing.F) {
	f.Add([]byte(head + "defaults: {drain: 5s}\nrules: [{match: {labels: {matchLabels: {a: b}}}, set: {carrier: image}}]"))
	f.Add([]byte(head + "x: &a [*a]\ndefaults: &b {drain: *b}"))
	f.Add([]byte("{apiVersion: [1], kind: {}, rules: {}, limits: 7}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := config.Parse(data)
		if err == nil && (c.Limits.MaxDrain < 0 || c.Limits.MaxGrace < 5*time.Second || c.Registry.Budget <= 0) {
			t.Errorf("accepted: %+v", c)
		}
	})
}

// FuzzAnnotation: no value panics; what is taken is within its bounds, what is not
// taken is named in a warning that an API server does not cut.
func FuzzAnnotation(f *testing.F) {
	for _, field := range config.Fields() {
		for _, value := range []string{"", "5s", "5s..2m", "2m..5s", "..5s", "-5s", "1h1h", "INT", "143,1", "a, b", "true", "auto", `["a","b"]`, `[""]`, "\x00\xff", strings.Repeat("9", 400)} {
			f.Add(string(field), "app", value)
		}
	}
	f.Add("0", "000000", strings.Repeat("0", 59))
	f.Add(strings.Repeat("field", 50), "container", strings.Repeat("é", 59))
	f.Fuzz(func(t *testing.T, field, container, value string) {
		key := config.Prefix + field
		if container != "" {
			key += "." + container
		}
		resolved := config.Default().Resolve(config.Subject{Annotations: map[string]string{key: value}, Requested: true})
		for _, problem := range resolved.Problems {
			if len(problem.String()) > 256 {
				t.Errorf("a warning of %d bytes: %s", len(problem.String()), problem)
			}
		}
		for _, name := range []string{container, "another"} {
			p, _ := resolved.For(name, "")
			if p.Drain.Value.Min < 0 || p.Drain.Value.Max < p.Drain.Value.Min || p.Drain.Value.Max > 24*time.Hour || p.Quiet.Value < config.MinQuiet || p.StopTimeout.Value < config.MinStopTimeout || p.StopTimeout.Value > 24*time.Hour {
				t.Errorf("%s: %q gives %+v", key, value, p)
			}
			options := initbin.Options{Drain: p.Drain.Value.Min, Quiet: initbin.DefaultQuiet, StopTimeout: p.StopTimeout.Value, SignalTarget: p.SignalTarget.Value, OKExitCodes: p.OKExitCodes.Value}
			if p.Drain.Value.IsRange() {
				options.MaxDrain, options.Quiet = p.Drain.Value.Max, p.Quiet.Value
			}
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
