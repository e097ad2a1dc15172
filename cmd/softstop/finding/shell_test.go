package finding

import "testing"

// TestShellProblem holds what is said of the ways people start programs.
func TestShellProblem(t *testing.T) {
	for _, c := range []struct {
		words []string
		want  ID
	}{
		{[]string{"/app"}, ""},
		{[]string{"python", "-c", "x"}, ""},
		{[]string{"sh", "-c", "exec app"}, ""},
		{[]string{"/bin/bash", "-ec", "set -u\nprepare && exec app --serve # docker"}, ""},
		{[]string{"sh", "-c", "if test -e x; then exec a; else exec b; fi"}, ""},
		{[]string{"sh", "-c", "{ prepare; exec app; }"}, ""},
		{[]string{"bash", "-c", "trap 'kill $!' TERM; app & wait"}, ""},
		{[]string{"bash", "-o", "pipefail", "-c", "a | b"}, ShellPID1},
		{[]string{"sh", "-c", "if test -e x; then exec a; fi"}, ShellPID1},
		{[]string{"sh", "-c", "docker exec app; app"}, ShellPID1},
		{[]string{"sh", "-c", "app # exec app"}, ShellMayStay},
		{[]string{"sh", "-c", "exec app &"}, ShellPID1},
		{[]string{"sh", "-c", "exec 2>&1; a; b"}, ShellPID1},
		{[]string{"sh", "-c", "while true; do app; done"}, ShellPID1},
		{[]string{"sh", "-c", "app |"}, ShellPID1},
		{[]string{"sh", "-c", "trap cleanup SIGTERM; app"}, TrapBehind},
		{[]string{"sh", "-c", "trap '' HUP; app; b"}, ShellPID1},
		{[]string{"env", "A=b", "sh", "-c", "a; b"}, ShellPID1},
		{[]string{"/usr/bin/env", "-S", "bash", "start.sh"}, ScriptPID1},
		{[]string{"busybox", "sh", "-c", "a; b"}, ShellPID1},
		{[]string{"/docker-entrypoint.sh", "nginx"}, ScriptPID1},
		{[]string{"bash", "/start"}, ScriptPID1},
		{[]string{"bash"}, ""},
		{[]string{"env"}, ""},
	} {
		if got := shellProblem(c.words); got != c.want {
			t.Errorf("%q: %q, want %q", c.words, got, c.want)
		}
	}
}
