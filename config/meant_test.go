package config_test

import (
	"testing"

	"github.com/softstop/softstop/config"
)

// TestMeant: a key that is almost one of softstop's is told from one that there is, and from those
// of others.
func TestMeant(t *testing.T) {
	for key, want := range map[string]string{
		"softstop.dev/inejct":     "softstop.dev/inject",
		"softstop.dev/drian":      "softstop.dev/drain",
		"softstop.dev/drian.app":  "softstop.dev/drain.app",
		"softstp.dev/inject":      "softstop.dev/inject",
		"softstop.io/drain":       "softstop.dev/drain",
		"softstop.dev/inject":     "",
		"softstop.dev/status":     "",
		"softstop.dev/injected":   "",
		"softstop.dev/drain.app":  "",
		"softstop.dev/frobnicate": "",
		"example.com/inject":      "",
		"app":                     "",
	} {
		if got := config.Meant(key); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
}
