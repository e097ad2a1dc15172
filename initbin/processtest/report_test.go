package processtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestForcedWithoutAStopper: a stop that the watcher forced is reported as forced although the
// stopper died before it could write anything, also where the exit code says nothing of it; one
// that nobody had to force is not.
func TestForcedWithoutAStopper(t *testing.T) {
	for name, c := range map[string]struct {
		command []string
		code    int
		forced  bool
	}{
		"a child that is deaf": {perl(`child(sub { $SIG{TERM} = 'IGNORE'; ready('child'); rest() }); $SIG{TERM} = sub { exit 0 }; ready('app'); rest()`), 0, true},
		"a clean end":          {perl(`child(sub { ready('child'); rest() }); $SIG{TERM} = sub { exit 0 }; ready('app'); rest()`), 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			eachBuild(t, func(t *testing.T, b build) {
				report := filepath.Join(t.TempDir(), "report")
				s := setup{flags: []string{killing, "--report=" + report}, command: c.command}
				s.Cgroup = cgroup(t, "pids")
				x := startIn(t, b, s)
				x.out.see(t, "child ready")
				x.out.see(t, "app ready")
				write(t, filepath.Join(s.Cgroup, "pids.max"), "1", 0) // no stopper can start
				x.stop()
				x.expect(c.code)
				text, err := os.ReadFile(report)
				if err != nil || !strings.Contains(string(text), `"exitCode":0`) || strings.Contains(string(text), `"forced":true`) != c.forced {
					t.Errorf("the report is %q, %v", text, err)
				}
			})
		})
	}
}

// killedByTheStopper stops a box in which a command "app" must be killed, and returns it and the path
// of its report. Where the machine was so busy that the watcher had to do it in the stopper's place,
// which its report says (forced), another box is taken.
func killedByTheStopper(t *testing.T, b build, command []string) (x *box, report string) {
	t.Helper()
	for range 10 {
		report = filepath.Join(t.TempDir(), "report")
		write(t, report, "", 0o644)
		x = start(t, b, []string{killing, "--report", report}, command...)
		x.out.see(t, "app ready")
		x.stop()
		x.expect(137)
		if text, err := os.ReadFile(report); err != nil || !strings.Contains(string(text), `"forced":true`) {
			break
		}
	}
	return x, report
}

// TestTheReportIsTheStoppers: what the stopper wrote is not written a second time.
func TestTheReportIsTheStoppers(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		_, report := killedByTheStopper(t, b, deaf())
		text, err := os.ReadFile(report)
		if err != nil || strings.Count(string(text), "\n") != 1 || !strings.Contains(string(text), `"killed":[`) {
			t.Errorf("the report is %q, %v", text, err)
		}
	})
}

// TestLateStopperIsNoCleanStop: a stopper that hangs until the watcher has killed everybody.
func TestLateStopperIsNoCleanStop(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		report := filepath.Join(t.TempDir(), "report")
		x := start(t, b, []string{killing, "--report=" + report}, deaf()...)
		x.out.see(t, "app ready")
		x.stop()
		if err := unix.Kill(x.find("softstop-stopper"), unix.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		x.expect(137)
		text, err := os.ReadFile(report)
		if err != nil || !strings.Contains(string(text), `"forced":true`) && !strings.Contains(string(text), `"killed":[`) {
			t.Errorf("the report is %q, %v", text, err)
		}
	})
}
