package processtest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/softstop/softstop/e2e/await"

	"golang.org/x/sys/unix"
)

// awaitReport waits until the report at path has text in it.
func awaitReport(t *testing.T, path, text string) {
	t.Helper()
	await.True(t, "the report says "+text, func() bool {
		now, err := os.ReadFile(path)
		return err == nil && strings.Contains(string(now), text)
	})
}

// kill ends PID 1 as the kubelet and the kernel do, at any time.
func (x *box) kill() {
	x.t.Helper()
	x.signal(int(unix.SIGKILL))
	await.Next(x.t, "the box's end", x.done)
}

// checkPhase reads the report of an init that was killed in a phase.
func checkPhase(t *testing.T, path, phase string) reportLine {
	t.Helper()
	r := readReport(t, path)
	since, err := time.Parse(time.RFC3339, r.Since)
	if r.Phase != phase || r.Signal != "SIGTERM" || err != nil || since.After(time.Now()) || r.ExitCode != nil {
		t.Errorf("the report says %+v, %v", r, err)
	}
	return r
}

// TestKilledInItsDrain: whoever kills PID 1 while it drains, what is left says so.
func TestKilledInItsDrain(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		path := filepath.Join(t.TempDir(), "report")
		x := start(t, b, []string{"--drain=24h", "--report", path}, deaf()...)
		x.out.see(t, "app ready")
		x.stop()
		awaitReport(t, path, "drain")
		x.kill()
		if r := checkPhase(t, path, "drain"); len(r.Told) != 0 || r.Drain == nil || r.Stop != nil {
			t.Errorf("the report says %+v", r)
		}
	})
}

// TestKilledInItsStop: who had been signalled, who had ended and who is still there.
func TestKilledInItsStop(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		path := filepath.Join(t.TempDir(), "report")
		x := start(t, b, []string{"--report", path}, perl(`
			child(sub { $0 = 'quick'; $SIG{TERM} = sub { exit 0 }; ready('quick'); rest() });
			child(sub { $0 = 'slow'; $SIG{TERM} = 'IGNORE'; ready('slow'); rest() });
			$0 = 'app'; ready('app'); wait while 1`)...)
		x.out.see(t, "app ready", "quick ready", "slow ready")
		x.stop()
		left := regexp.MustCompile(`"left":\[{"pid":\d+,"command":"slow","state":"."}\],"told":.*"command":"quick","seconds":`)
		await.True(t, "only the slow one is left", func() bool {
			now, err := os.ReadFile(path)
			return err == nil && left.Match(now)
		})
		x.kill()
		r := checkPhase(t, path, "stop")
		if len(r.Told) != 3 || r.Drain != nil || r.Stop == nil {
			t.Errorf("the report says %+v", r)
		}
	})
}

// TestKilledAtItsTimeout: the phase lasts while something cannot be killed, as what is frozen
// cannot, and not for long: a machine that is too slow to see it tries again.
func TestKilledAtItsTimeout(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		await.True(t, "the init is killed in the phase kill", func() bool {
			freezer, path := cgroup(t, "freezer"), filepath.Join(t.TempDir(), "report")
			x := start(t, b, []string{killing, "--report", path}, deaf()...)
			x.out.see(t, "app ready")
			thaw := freeze(t, freezer, x.find("perl -e"))
			x.stop()
			await.True(t, "the report is that of the last phases", func() bool {
				now, err := os.ReadFile(path)
				return err == nil && (strings.Contains(string(now), `"phase":"kill"`) || strings.Contains(string(now), `"phase":"done"`))
			})
			_ = unix.Kill(x.pid, unix.SIGKILL) // it may have ended by itself
			thaw()
			await.Next(t, "the box's end", x.done)
			if now := readReport(t, path); now.Phase == "done" || len(now.Left) == 0 {
				return false // the phase was over, or the stopper late
			}
			if r := checkPhase(t, path, "kill"); len(r.Left) != 1 || r.Left[0].Command != "perl" || r.Left[0].State != "D" {
				t.Errorf("the report says %+v", r)
			}
			return true
		})
	})
}

// TestReportsPhases: how long the drain and the stop took; a stop in which nothing is left is done.
func TestReportsPhases(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		for name, command := range map[string][]string{
			"stops":                        perl(`$SIG{TERM} = sub { pause(0.2); exit 3 }; ready('app'); rest()`),
			"ends by itself in its drain":  perl(`$SIG{USR1} = sub { exit 3 }; ready('app'); rest()`),
			"leaves somebody in its drain": perl(`child(sub { rest() }); $SIG{USR1} = sub { exit 3 }; ready('app'); rest()`),
		} {
			path := filepath.Join(t.TempDir(), "report")
			drain := "--drain=300ms"
			if name != "stops" {
				drain = "--drain=24h"
			}
			x := start(t, b, []string{drain, "--report", path}, command...)
			x.out.see(t, "app ready")
			x.stop()
			awaitReport(t, path, `"phase":`)
			if name != "stops" {
				x.signal(int(unix.SIGUSR1))
			}
			x.expect(3)
			r := readReport(t, path)
			if r.Phase != "done" || r.ExitCode == nil || *r.ExitCode != 3 || r.Drain == nil || len(r.Left) != 0 {
				t.Errorf("%s: the report says %+v", name, r)
			}
			if name == "stops" && (*r.Drain < 0.3 || *r.Stop < 0.2 || r.Seconds < *r.Drain+*r.Stop-0.002) {
				t.Errorf("%s: the report's times are %g, %g and %g", name, *r.Drain, *r.Stop, r.Seconds)
			}
		}
	})
}

// TestTheApplicationsMessageIsItsOwn: however it writes its message during the stop, it is alone
// there in the end.
func TestTheApplicationsMessageIsItsOwn(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		for name, open := range map[string]string{
			"truncates":       `$SIG{TERM} = sub { open my $f, '>', $path; print $f "out of disk\n"; close $f; exit 5 }`,
			"appends":         `$SIG{TERM} = sub { open my $f, '>>', $path; print $f "out of disk\n"; close $f; exit 5 }`,
			"had it open":     `open my $f, '+<', $path; $SIG{TERM} = sub { syswrite $f, "out of disk\n"; exit 5 }`,
			"long before":     `open my $f, '>', $path; print $f "out of disk\n"; close $f; $SIG{TERM} = sub { exit 5 }`,
			"behind a parent": `if (my $p = child(sub { $SIG{TERM} = sub { open my $f, '>', $path; print $f "out of disk\n"; exit 0 }; ready('app'); rest() })) { waitpid $p, 0; exit 5 }`,
		} {
			path := filepath.Join(t.TempDir(), "report")
			write(t, path, "", 0o644)
			x := start(t, b, []string{"--report", path}, perl(`$path = '`+path+`'; `+open+`; ready('app'); rest()`)...)
			x.out.see(t, "app ready")
			x.stop()
			x.wait()
			if text, err := os.ReadFile(path); err != nil || string(text) != "out of disk\n" {
				t.Errorf("%s: the message is %q, %v", name, text, err)
			}
		}
	})
}
