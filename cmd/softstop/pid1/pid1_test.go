package pid1_test

import (
	"strings"
	"testing"

	"github.com/softstop/softstop/cmd/softstop/pid1"
)

// TestOf holds what is said of the ways in which people start programs. What a shell does for
// certain was measured; docs/cli.md has the table, and a test of the command's holds it to what is
// said.
func TestOf(t *testing.T) {
	for _, c := range []struct {
		words []string
		want  pid1.Fate
	}{
		{[]string{"/app"}, pid1.Fine},
		{[]string{"sh", "-c", "exec app"}, pid1.Fine},
		{[]string{"/bin/bash", "-ec", "set -u\nprepare && exec app --serve # docker"}, pid1.Fine},
		{[]string{"sh", "-c", "if test -e x; then exec a; else exec b; fi"}, pid1.Fine},
		{[]string{"sh", "-c", "if test -e x; then exec a; fi"}, pid1.Fine},
		{[]string{"sh", "-c", "case $1 in run) exec a;; *) echo usage; exit 1;; esac"}, pid1.Fine},
		{[]string{"sh", "-c", "{ prepare; exec app; }"}, pid1.Fine},
		{[]string{"sh", "-c", "main() { prepare; exec app; }; main"}, pid1.Fine},
		{[]string{"sh", "-c", "exec app || exit 1"}, pid1.Fine},
		{[]string{"sh", "-c", "until nc -z db 5432; do sleep 1; done; exec app"}, pid1.Fine},
		{[]string{"bash", "-c", "until nc -z db 5432; do sleep 1; done; app"}, pid1.Fine},
		{[]string{"dash", "-c", "until nc -z db 5432; do sleep 1; done; app"}, pid1.Stays},
		{[]string{"bash", "-c", "trap 'kill $!; wait' TERM; app & wait"}, pid1.Fine},
		{[]string{"bash", "-c", "trap 'kill $!' TERM; app & wait"}, pid1.CutShort},
		{[]string{"sh", "-c", "stop() { kill $p; wait $p; }; trap stop TERM INT; app & p=$!; wait $p"}, pid1.Fine},
		{[]string{"bash", "-o", "pipefail", "-c", "a | b"}, pid1.Stays},
		{[]string{"bash", "-c", "--", "a; b"}, pid1.Fine},
		{[]string{"sh", "-ce", "a; b"}, pid1.MayStay},
		{[]string{"bash", "-cex", "a; b"}, pid1.Fine},
		{[]string{"bash", "-lc", "a"}, pid1.Fine},
		{[]string{"bash", "-ic", "a"}, pid1.Stays},
		{[]string{"bash", "--login", "-c", "exec a"}, pid1.Fine},
		{[]string{"sh", "-c", "docker exec app; app"}, pid1.MayStay},
		{[]string{"sh", "-c", "app # exec app"}, pid1.MayStay},
		{[]string{"sh", "-c", "exec app &"}, pid1.Fine}, // it ends at once
		{[]string{"sh", "-c", "exec 2>&1; a; b; true"}, pid1.Stays},
		{[]string{"sh", "-c", "while true; do app; done"}, pid1.Stays},
		{[]string{"sh", "-c", "app |"}, pid1.Script},
		{[]string{"sh", "-c", "trap cleanup TERM; app"}, pid1.Behind},
		{[]string{"sh", "-c", "trap '' HUP; app; b; true"}, pid1.Stays},
		{[]string{"dash", "-c", "trap cleanup EXIT; app"}, pid1.Stays},
		{[]string{"bash", "-c", "trap cleanup EXIT; app"}, pid1.Fine},
		{[]string{"bash", "-c", "trap 'rm x' EXIT; app"}, pid1.CutShort},
		{[]string{"env", "A=b", "sh", "-c", "a; b; true"}, pid1.Stays},
		{[]string{"/usr/bin/env", "-S", "bash", "start.sh"}, pid1.Script},
		{[]string{"busybox", "sh", "-c", "a; b"}, pid1.Fine},
		{[]string{"busybox", "sh", "-c", "a; b\n"}, pid1.Stays},
		{[]string{"/docker-entrypoint.sh", "nginx"}, pid1.Script},
		{[]string{"bash", "/start"}, pid1.Script},
		{[]string{"bash"}, pid1.Fine},
		{[]string{"bash", "-i"}, pid1.Stays},
		{[]string{"env"}, pid1.Fine},
		{[]string{"sleep", "infinity"}, pid1.Ignores},
		{[]string{"/bin/tail", "-f", "/dev/null"}, pid1.Ignores},
		{[]string{"nohup", "tail", "-F", "/log"}, pid1.Ignores},
		{[]string{"sh", "-c", "exec sleep infinity"}, pid1.Ignores},
		{[]string{"bash", "-c", "echo hello; sleep infinity"}, pid1.Ignores},
		{[]string{"dash", "-c", "trap 'exit 0' TERM; sleep infinity"}, pid1.Behind},
		{[]string{"dash", "-c", "trap 'exit 0' TERM; sleep infinity & wait"}, pid1.Fine},
		{[]string{"dash", "-c", "trap 'exit 0' TERM; while :; do sleep 1; done"}, pid1.Fine},
		{[]string{"dash", "-c", "trap 'exit 0' SIGTERM; while :; do sleep 1; done"}, pid1.Stays},
		{[]string{"dash", "-c", "trap 'echo bye' TERM; while :; do sleep 1; done"}, pid1.Stays},
		{[]string{"python3", "-c", "import time; time.sleep(9)"}, pid1.Ignores},
		{[]string{"python", "-c", "import signal; signal.signal(15, f)"}, pid1.MayIgnore},
		{[]string{"python3.11", "-u", "/app.py"}, pid1.MayIgnore},
		{[]string{"python3", "-m", "http.server"}, pid1.Ignores},
		{[]string{"python3", "-m", "gunicorn", "app"}, pid1.Fine},
		{[]string{"node", "--max-old-space-size=100", "server.js"}, pid1.MayIgnore},
		{[]string{"npm", "start"}, pid1.CutShort},
		{[]string{"sh", "-c", `exec "$@"`, "--", "sleep", "9"}, pid1.Ignores},
		{[]string{"sh", "-c", `exec "$0" "$@"`, "app"}, pid1.Fine},
		{nil, pid1.Fine},
		{[]string{""}, pid1.Fine},
	} {
		if got := pid1.Of(c.words, pid1.Around{}); got.Fate != c.want {
			t.Errorf("%q: %q, want %q", c.words, got.Fate, c.want)
		}
	}
}

// TestAround holds what the image and the pod change.
func TestAround(t *testing.T) {
	script := []string{"sh", "-c", "prepare; app"}
	for _, c := range []struct {
		words  []string
		around pid1.Around
		want   pid1.Fate
	}{
		{script, pid1.Around{Image: "python:3-alpine"}, pid1.Fine},
		{script, pid1.Around{Image: "debian:bookworm"}, pid1.Stays},
		{script, pid1.Around{Image: "registry.access.redhat.com/ubi9/ubi"}, pid1.Fine},
		{script, pid1.Around{Image: "shop/app:1"}, pid1.MayStay},
		{[]string{"bash"}, pid1.Around{Terminal: true}, pid1.Stays},
		{[]string{"sleep", "infinity"}, pid1.Around{Shared: true}, pid1.Fine},
		{[]string{"dash", "-c", "sleep infinity"}, pid1.Around{Shared: true}, pid1.Fine},
		{[]string{"dash", "-c", "prepare; app"}, pid1.Around{Shared: true}, pid1.CutShort},
	} {
		if got := pid1.Of(c.words, c.around); got.Fate != c.want {
			t.Errorf("%q with %+v: %q, want %q", c.words, c.around, got.Fate, c.want)
		}
	}
}

// TestRewritten holds that an exec is put where it helps for certain, and nowhere else.
func TestRewritten(t *testing.T) {
	for script, want := range map[string]string{
		"prepare; app --serve":                "prepare; exec app --serve",
		"set -e\nprepare && app \\\n  -v\n":   "set -e\nprepare && exec app \\\n  -v\n",
		"app":                                 "exec app",
		"app | tee log":                       "",
		"app; echo done":                      "",
		"helper & app":                        "",
		"while true; do app; done":            "",
		"A=1 app":                             "",
		"start() { app; }; start":             "",
		"trap 'exit 0' TERM; app":             "",
		"prepare; $APP":                       "",
		"test -e x || app":                    "",
		"prepare; sleep infinity":             "",
		"prepare; exec 2>log; /opt/app 'a b'": "prepare; exec 2>log; exec /opt/app 'a b'",
	} {
		if got := pid1.Of([]string{"dash", "-c", script}, pid1.Around{}).Rewritten; got != want {
			t.Errorf("%q: %q, want %q", script, got, want)
		}
	}
}

// FuzzOf holds that no script ends the program, and that a rewritten one is well.
func FuzzOf(f *testing.F) {
	for _, script := range []string{"a; b", "f() { f; }; f", "eval 'eval a'", "trap 'trap x TERM' TERM; (a | b) & wait", "while :; do case $x in *) exec a;; esac; done", "sh -c 'sh -c \"a\"'"} {
		f.Add(script, "sh")
	}
	f.Fuzz(func(t *testing.T, script, shell string) {
		for _, words := range [][]string{{shell, "-c", script}, {"sh", "-c", script}, strings.Fields(script)} {
			answer := pid1.Of(words, pid1.Around{})
			if answer.Rewritten == "" {
				continue
			}
			if again := pid1.Of([]string{"dash", "-c", answer.Rewritten}, pid1.Around{}); again.Fate != pid1.Fine {
				t.Errorf("%q is rewritten as %q, of which it is said: %+v", script, answer.Rewritten, again)
			}
		}
	})
}
