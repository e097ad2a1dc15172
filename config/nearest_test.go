package config_test

import (
	"testing"

	"github.com/softstop/softstop/config"
)

func TestNearest(t *testing.T) {
	names := []string{"drain", "stop-timeout", "stop-signal", "containers", "exclude-containers", "inject", "terminationGracePeriodSeconds", "env"}
	for name, want := range map[string]string{
		"drian": "drain", "dran": "drain", "draain": "drain", "Drain": "drain", "drains": "drain", "stopTimeout": "stop-timeout", "stop_signal": "stop-signal",
		"timeout": "stop-timeout", "terminationGracePeriod": "terminationGracePeriodSeconds", "gracePeriodSeconds": "terminationGracePeriodSeconds",
		"contianers": "containers", "injct": "inject", "en": "", "": "", "volumes": "", "rain": "drain", "dr": "", "injector": "inject",
	} {
		if got := config.Nearest(name, names); got != want {
			t.Errorf("%q is taken for %q, not %q", name, got, want)
		}
	}
}

// TestMistypedKeys holds that a key of a pod that is almost one of softstop's is answered with
// that.
func TestMistypedKeys(t *testing.T) {
	for key, want := range map[string]string{
		"softstop.dev/drian":         `softstop.dev/drian: "5s" is ignored: softstop has no such field; did you mean drain?`,
		"softstop.dev/drian.app":     `softstop.dev/drian.app: "5s" is ignored: softstop has no such field; did you mean drain?`,
		"softstop.dev/injct":         `softstop.dev/injct: "5s" is ignored: softstop has no such field; did you mean inject?`,
		"softstop.dev/ignroe":        `softstop.dev/ignroe: "5s" is ignored: softstop has no such field; did you mean ignore?`,
		"softsotp.dev/drain.app":     `softsotp.dev/drain.app: "5s" is ignored: did you mean softstop.dev/drain.app?`,
		"softstop.io/inject":         `softstop.io/inject: "5s" is ignored: did you mean softstop.dev/inject?`,
		"softstop/stop-timeout":      `softstop/stop-timeout: "5s" is ignored: did you mean softstop.dev/stop-timeout?`,
		"example.com/drain":          "",
		"softstop.example.com/other": "",
		"drain":                      "",
	} {
		_, problems := config.FromAnnotations(config.SourcePod, map[string]string{key: "5s"}, config.Limits{})
		got := ""
		for _, p := range problems {
			got += p.String()
		}
		if got != want {
			t.Errorf("%s: %q, not %q", key, got, want)
		}
	}
}
