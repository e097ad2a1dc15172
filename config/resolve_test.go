package config_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/softstop/softstop/config"
)

// TestConsent is the whole matrix of who is injected. Each cell is in or out, then who
// said so: p the pod, n its namespace, c the configuration; and ! for a warning.
func TestConsent(t *testing.T) {
	const absent = ""
	pods := []string{"true", "false", absent, "yes"}
	namespaces := []string{"enabled", "disabled", absent, "on"}
	for name, table := range map[string]struct {
		mode   config.Mode
		locked []config.Field
		want   map[string]string // by the namespace's label; the cells are those of pods
	}{
		"optIn": {config.OptIn, nil, map[string]string{
			"enabled":  "in-p  out-p  in-n   in-n!",
			"disabled": "in-p  out-p  out-n  out-n!",
			absent:     "in-p  out-p  out-c  out-c!",
			"on":       "in-p  out-p  out-c! out-c!!",
		}},
		"optOut": {config.OptOut, nil, map[string]string{
			"enabled":  "in-p  out-p  in-n   in-n!",
			"disabled": "in-p  out-p  out-n  out-n!",
			absent:     "in-p  out-p  in-c   in-c!",
			"on":       "in-p  out-p  in-c!  in-c!!",
		}},
		"optIn, locked": {config.OptIn, []config.Field{config.FieldInject}, map[string]string{
			"enabled":  "in-n!   in-n!   in-n   in-n!",
			"disabled": "out-n!  out-n!  out-n  out-n!",
			absent:     "out-c!  out-c!  out-c  out-c!",
			"on":       "out-c!! out-c!! out-c! out-c!!",
		}},
		"optOut, locked": {config.OptOut, []config.Field{config.FieldInject}, map[string]string{
			"enabled":  "in-n!  in-n!  in-n  in-n!",
			"disabled": "out-n! out-n! out-n out-n!",
			absent:     "in-c!  in-c!  in-c  in-c!",
			"on":       "in-c!! in-c!! in-c! in-c!!",
		}},
	} {
		for _, namespace := range namespaces {
			for i, pod := range pods {
				c := config.Default()
				c.Mode, c.Limits.Locked = table.mode, table.locked
				got := c.Resolve(config.Subject{NamespaceLabels: inject(namespace), Annotations: inject(pod)})
				cell := map[bool]string{true: "in-", false: "out-"}[got.Consent.In] + string(got.Consent.By)[:1] + strings.Repeat("!", len(got.Problems))
				if want := strings.Fields(table.want[namespace])[i]; cell != want {
					t.Errorf("%s, namespace %q, pod %q: got %s, want %s: %v", name, namespace, pod, cell, want, got.Problems)
				}
			}
		}
	}
}

func inject(value string) map[string]string {
	if value == "" {
		return nil
	}
	return map[string]string{config.InjectKey: value}
}

// TestWhoWins is the order of doc.go, for one field of one container: each place in
// turn, above all those before it.
func TestWhoWins(t *testing.T) {
	var file, namespace, pod = "", map[string]string{}, map[string]string{}
	web := config.Subject{
		Namespace: "shop", Labels: map[string]string{"app": "web"}, OwnerKind: "ReplicaSet", NamespaceAnnotations: namespace, Annotations: pod, Requested: true,
	}
	for _, step := range []struct {
		place  string
		say    func()
		drain  time.Duration
		source config.Source
	}{
		{"nobody", func() {}, 5 * time.Second, config.SourceDefault},
		{"the configuration", func() { file += "defaults: {drain: 1s}\n" }, 1 * time.Second, config.SourceConfig},
		{"rules", func() {
			file += `rules:
- {name: not ours, match: {namespaces: [other]}, set: {drain: 9s}}
- {name: web, match: {namespaces: ["sh*"], labels: {matchLabels: {app: web}}, ownerKinds: [ReplicaSet], images: ["*/web:*"]}, set: {drain: 2s}}
- {name: all, set: {drain: 9s}}
`
		}, 2 * time.Second, config.SourceRule},
		{"the namespace", func() { namespace["softstop.dev/drain"] = "3s" }, 3 * time.Second, config.SourceNamespace},
		{"the namespace on the container", func() { namespace["softstop.dev/drain.app"] = "4s" }, 4 * time.Second, config.SourceNamespace},
		{"the pod", func() { pod["softstop.dev/drain"] = "6s" }, 6 * time.Second, config.SourcePod},
		{"the pod on its container", func() { pod["softstop.dev/drain.app"] = "8s" }, 8 * time.Second, config.SourcePod},
		{"the limit", func() { file += "limits: {maxDrain: 7s}\n" }, 7 * time.Second, config.SourceLimit},
		{"the lock", func() { file = strings.Replace(file, "maxDrain: 7s", "maxDrain: 7s, locked: [drain]", 1) }, 2 * time.Second, config.SourceRule},
	} {
		step.say()
		policy, _ := parse(t, file).Resolve(web).For("app", "registry.example/team/web:1")
		if want := (config.Setting[config.Drain]{Value: config.FixedDrain(step.drain), Source: step.source}); policy.Drain != want {
			t.Errorf("%s: got %+v, want %+v", step.place, policy.Drain, want)
		}
	}
}

// samples are two good values of every field and a bad one.
func samples() map[config.Field][]string {
	return map[config.Field][]string{
		config.FieldDrain: {"0s", "4s..40s", "x"}, config.FieldQuiet: {"100ms", "3s", "0s"}, config.FieldStopTimeout: {"1s", "2h", "0s"}, config.FieldStopSignal: {"INT", "SIGQUIT", "KILL"},
		config.FieldSignalTarget: {"all", "main", "none"}, config.FieldOKExitCodes: {"143", "1, 2", "300"}, config.FieldContainers: {"app", "a,b", ","},
		config.FieldExcludeContainers: {"app", "b", ""}, config.FieldSidecars: {"false", "true", "no"}, config.FieldCarrier: {"image", "auto", "ship"},
		config.FieldLastWords: {"false", "true", "never"},
		config.FieldCommand:   {`["/app"]`, `["a","b"]`, "/app"}, config.FieldInject: {"true", "false", "yes"},
	}
}

// TestPolicyHolds is what the cluster's administrator is promised, for configurations,
// namespaces and pods made by chance: a locked field is what it would be if namespace
// and pod said nothing; no drain is above its limit; a pod that opts out is left alone
// unless inject is locked; and every value that does not hold is named.
func TestPolicyHolds(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 0))
	for range 5_000 {
		c, pod := chance(r)
		silent := pod
		silent.NamespaceAnnotations, silent.Annotations = nil, nil
		resolved, without := c.Resolve(pod), c.Resolve(silent)
		policy, overruled := resolved.For("app", "web:1")
		if without.Consent.In && resolved.Consent.In {
			bare, _ := without.For("app", "web:1")
			for _, field := range c.Limits.Locked {
				if got, want := setting(policy, field), setting(bare, field); !reflect.DeepEqual(got, want) {
					t.Fatalf("seed %d: %s is locked: got %+v, want %+v in\n%+v\n%+v", seed, field, got, want, c, pod)
				}
			}
		}
		if policy.Drain.Value.Min > policy.Drain.Value.Max || policy.Drain.Value.Max > c.Limits.MaxDrain {
			t.Fatalf("seed %d: drain %+v above %s", seed, policy.Drain, c.Limits.MaxDrain)
		}
		locked := func(f config.Field) bool { return slices.Contains(c.Limits.Locked, f) }
		if pod.Annotations[config.InjectKey] == "false" && resolved.Consent.In && !locked(config.FieldInject) {
			t.Fatalf("seed %d: the pod opted out, %+v", seed, resolved.Consent)
		}
		if pod.Annotations[config.InjectKey] == "" && pod.NamespaceLabels[config.InjectKey] == config.InjectDisabled && resolved.Consent.In {
			t.Fatalf("seed %d: the namespace opted out, %+v", seed, resolved.Consent)
		}
		named := fmt.Sprint(resolved.Problems, overruled)
		for key, value := range pod.Annotations {
			field := config.Field(strings.TrimSuffix(strings.TrimPrefix(key, config.Prefix), ".app"))
			holds := value != samples()[field][2] && !locked(field)
			if resolved.Consent.In && !holds && !strings.Contains(named, key+": ") {
				t.Fatalf("seed %d: %s: %q does not hold and is not named in %s", seed, key, value, named)
			}
		}
	}
}

// TestLockedFields: a locked field is the configuration's, whatever namespace and pod say, and
// who says something hears that it is locked. Not locked, it is the pod's.
func TestLockedFields(t *testing.T) {
	for locked, value := range samples() {
		for _, of := range []string{"", ".app"} {
			if locked == config.FieldInject || of != "" && !locked.PerContainer() {
				continue
			}
			c := config.Default()
			c.Limits.Locked = []config.Field{locked}
			pod := config.Subject{NamespaceLabels: inject("enabled"), Annotations: map[string]string{}, NamespaceAnnotations: map[string]string{}}
			for _, annotations := range []map[string]string{pod.Annotations, pod.NamespaceAnnotations} {
				annotations[config.Prefix+string(locked)+of] = value[1]
			}
			resolved := c.Resolve(pod)
			got, overruled := resolved.For("app", "web:1")
			want, _ := config.Default().Resolve(config.Subject{NamespaceLabels: inject("enabled")}).For("app", "web:1")
			if !reflect.DeepEqual(setting(got, locked), setting(want, locked)) {
				t.Errorf("%s%s is locked and is %+v, want %+v", locked, of, setting(got, locked), setting(want, locked))
			}
			if named := fmt.Sprint(resolved.Problems, overruled); !strings.Contains(named, "the cluster's configuration locks this") {
				t.Errorf("%s%s: nobody says that it is locked: %s", locked, of, named)
			}
			c.Limits.Locked = nil
			free, _ := c.Resolve(pod).For("app", "web:1")
			if reflect.DeepEqual(setting(free, locked), setting(want, locked)) {
				t.Errorf("%s%s is not locked, and the pod's value does not count", locked, of)
			}
		}
	}
}

// chance makes a configuration and a pod.
func chance(r *rand.Rand) (config.Config, config.Subject) {
	all := samples()
	some := func(good bool) map[string]string {
		found := map[string]string{}
		for field, values := range all {
			if r.IntN(3) == 0 {
				continue
			}
			key := config.Prefix + string(field)
			if field.PerContainer() && r.IntN(3) == 0 {
				key += ".app"
			}
			found[key] = values[r.IntN(len(values))]
			if good {
				found[key] = values[r.IntN(2)]
			}
		}
		return found
	}
	c := config.Default()
	c.Defaults, _ = config.FromAnnotations(config.SourceConfig, some(true), config.Limits{})
	c.Defaults.Each = nil
	c.Limits.MaxDrain = time.Duration(r.IntN(60)) * time.Second
	for field := range all {
		if r.IntN(4) == 0 {
			c.Limits.Locked = append(c.Limits.Locked, field)
		}
	}
	if r.IntN(2) == 0 {
		c.Mode = config.OptOut
	}
	pod := config.Subject{NamespaceAnnotations: some(false), Annotations: some(false), NamespaceLabels: inject([]string{"", "enabled", "disabled"}[r.IntN(3)])}
	delete(pod.NamespaceAnnotations, config.InjectKey)
	return c, pod
}

// setting returns one value of a policy and its source, in words.
func setting(p config.Policy, f config.Field) config.Written {
	for _, written := range p.Written() {
		if written.Field == f {
			return written
		}
	}
	return config.Written{}
}
