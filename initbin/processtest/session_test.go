package processtest

import (
	"slices"
	"strings"
	"testing"

	"github.com/softstop/softstop/e2e/await"

	"golang.org/x/sys/unix"
)

// enterBox runs command in x's PID namespace as kubectl exec does.
func enterBox(t *testing.T, x *box, command ...string) *box {
	t.Helper()
	s := setup{pidNS: x}
	s.Argv, s.Shared = command, true
	s.Argv = slices.Concat([]string{"/usr/bin/env"}, command)
	return launch(t, s)
}

// Processes of kubectl exec are not the container's, nor what they leave while their
// session lives: never told, killed or waited for.
func TestExecSessionsAreLeftAlone(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		for _, target := range []string{"auto", "all"} {
			x := start(t, b, []string{"--signal-target=" + target, forever},
				perl(`$SIG{HUP} = sub { out('main got HUP') }; $SIG{TERM} = sub { pause(0.5); out('main stopped'); exit 4 }; ready('main'); rest()`)...)
			x.out.see(t, "main ready")
			e := enterBox(t, x, perl(`
				handle('guest', 'TERM', 'HUP', 'CONT');
				my $p = fork;
				if ($p == 0) { if (fork == 0) { handle('orphan', 'TERM', 'HUP', 'CONT'); pause(0.01) until getppid == 1; ready('orphan'); rest() } exit 0 }
				waitpid $p, 0; ready('guest'); rest()`)...)
			e.out.see(t, "guest ready", "orphan ready")
			x.signal(int(unix.SIGHUP))
			x.out.see(t, "main got HUP")
			x.stop()
			x.expect(4)
			if text := e.output(); strings.Contains(text, " got ") {
				t.Errorf("target %s: the exec'd session was told:\n%s", target, text)
			}
			x.quiet()
		}
	})
}

// The main process's own end does not wait for an exec'd session either.
func TestExecSessionsAreNotWaitedFor(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		x := start(t, b, nil, perl(`$SIG{HUP} = sub { exit 9 }; ready('main'); rest()`)...)
		x.out.see(t, "main ready")
		e := enterBox(t, x, app("guest", "TERM")...)
		e.out.see(t, "guest ready")
		x.signal(int(unix.SIGHUP))
		x.expect(9)
		if text := e.output(); strings.Contains(text, " got ") {
			t.Errorf("the exec'd session was told:\n%s", text)
		}
		x.quiet() // nobody was waited for until he was killed
	})
}

// Two inits in one PID namespace, neither of them PID 1, keep to their own processes.
func TestTwoInitsShareANamespace(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		s := setup{}
		s.Argv = slices.Concat([]string{"/usr/bin/env"}, perl(`$SIG{CHLD} = 'IGNORE'; ready('pause'); rest()`))
		pod := launch(t, s)
		pod.out.see(t, "pause ready")
		inits := map[string]*box{}
		for _, name := range []string{"first", "second"} {
			command := perl(`
				my $p = fork; if ($p == 0) { exit 0 if fork; pause(0.01) while getppid == $p; session(); $SIG{TERM} = sub { pause(0.2); out('` + name + ` daemon stopped'); exit 0 }; ready('` + name + ` daemon'); rest() }
				waitpid $p, 0; $SIG{TERM} = sub { out('` + name + ` stopped'); exit 5 }; ready('` + name + `'); rest()`)
			inits[name] = enterBox(t, pod, slices.Concat([]string{b.path, "--"}, command)...)
		}
		for name, x := range inits {
			x.out.see(t, name+" ready", name+" daemon ready")
		}
		for _, name := range []string{"first", "second"} {
			x := inits[name]
			if err := unix.Kill(initBelow(t, x, b), unix.SIGTERM); err != nil {
				t.Fatal(err)
			}
			x.expect(5)
			text := x.output()
			if !strings.Contains(text, name+" stopped") || !strings.Contains(text, name+" daemon stopped") {
				t.Errorf("the %s init lost somebody:\n%s", name, text)
			}
			if name == "first" && strings.Contains(inits["second"].out.String(), "stopped") {
				t.Errorf("the first init told the second's processes:\n%s", inits["second"].out)
			}
			x.quiet()
		}
	})
}

// initBelow is the init that was started below x's first program.
func initBelow(t *testing.T, x *box, b build) int {
	t.Helper()
	found := 0
	await.True(t, "the init runs", func() bool {
		for _, pid := range descendants(x.pid) {
			if strings.HasPrefix(commandLine(pid), b.path+" -- ") {
				found = pid
				return true
			}
		}
		return false
	})
	return found
}
