package inject_test

import (
	"testing"

	"github.com/softstop/softstop/webhook/inject"
)

func TestInitOf(t *testing.T) {
	for _, c := range []struct {
		command []string
		want    inject.Reason
	}{
		{[]string{"tini", "--", "app"}, inject.ReasonHasInit},
		{[]string{"app"}, ""},
		{[]string{"sh", "-c", "exec dumb-init app"}, inject.ReasonHasInit},
		{[]string{"sh", "-c", "cat /etc/motd; exec tini -- app"}, inject.ReasonHasInit}, // cat only looks on
		{[]string{"sh", "-c", "tini -- app; rm -f pid"}, ""},                            // the shell stays process 1
		{[]string{"sh", "-c", "if test -t 0; then exec tini -- app; else exec app; fi"}, ""},
		{[]string{"sh", "-c", "if test -t 0; then exec tini -- app; else tini -- app; fi"}, ""}, // the same
		{[]string{"sh", "-c", "if test -t 0; then exec app; else exec /sbin/init; fi"}, inject.ReasonMustBePID1},
	} {
		if got := inject.InitOf(c.command, nil); got != c.want {
			t.Errorf("%q: %q, want %q", c.command, got, c.want)
		}
	}
}
