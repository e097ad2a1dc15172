package processtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/softstop/softstop/e2e/await"

	"golang.org/x/sys/unix"
)

// killing is the stop timeout of those that are killed at its end, by the stopper: so long
// that it has started by then on any machine.
const (
	killTime = 4 * time.Second
	killing  = "--stop-timeout=4s"
)

// deaf is a program "app" that must be killed.
func deaf() []string {
	return perl("$SIG{TERM} = 'IGNORE'; ready('app'); rest();")
}

// The application behind a shell is told, and its exit code is the container's.
func TestTheHeirSpeaksForAShell(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		for _, code := range []int{0, 7} {
			x := start(t, b, nil, shell(clean(code), "; echo never")...)
			x.out.see(t, "app ready")
			x.stop()
			x.expect(code)
			if text := x.output(); !strings.Contains(text, "app stopped") || strings.Contains(text, "never") {
				t.Errorf("the shell's app printed:\n%s", text)
			}
			x.quiet()
		}
	})
}

// Exit codes are remapped after a stop only.
func TestOKExitCodes(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		flags := []string{"--ok-exit-codes=143,9"}
		x := start(t, b, flags, "sh", "-c", "exit 9")
		x.expect(9)
		x = start(t, b, flags, app("app", "HUP")...)
		x.out.see(t, "app ready")
		x.stop()
		x.expect(0)
		x = start(t, b, flags, clean(9)...)
		x.out.see(t, "app ready")
		x.stop()
		x.expect(0)
		x = start(t, b, flags, clean(8)...)
		x.out.see(t, "app ready")
		x.stop()
		x.expect(8)
	})
}

// Everybody below shells is told and waited for, in whatever session or group, until
// the slowest has finished.
func TestEverybodyIsToldAndWaitedFor(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		x := start(t, b, nil, perl(`
			for my $name (qw(near far daemon)) {
				child(sub {
					session() if $name ne 'near';
					exit 0 if $name eq 'daemon' and fork;
					$SIG{TERM} = sub { pause(0.3); out("$name stopped"); exit 0 };
					ready($name); rest()
				});
			}
			ready('main'); rest();`)...)
		x.out.see(t, "near ready", "far ready", "daemon ready", "main ready")
		x.stop()
		x.wait()
		text := x.output()
		for _, name := range []string{"near", "far", "daemon"} {
			if strings.Count(text, name+" stopped") != 1 {
				t.Errorf("%s did not stop well:\n%s", name, text)
			}
		}
		x.quiet()
	})
}

// A drain holds the stop signal back, once, and other signals not.
func TestDrainHoldsTheSignalBack(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		x := start(t, b, []string{"--drain=24h"}, perl(`handle('app', 'TERM', 'HUP'); $SIG{USR1} = sub { exit 6 }; ready('app'); rest()`)...)
		x.out.see(t, "app ready")
		x.stop()
		x.taken()
		x.stop()
		x.taken()
		x.signal(int(unix.SIGHUP))
		x.out.see(t, "app got HUP.")
		x.signal(int(unix.SIGUSR1))
		x.expect(6) // who ends by itself in its drain is not waited for
		if text := x.output(); strings.Contains(text, "TERM") {
			t.Errorf("the drain did not hold back the stop:\n%s", text)
		}
		x = start(t, b, []string{"--drain=700ms"}, perl(`$SIG{TERM} = sub { out('app stopped'); exit 4 }; ready('app'); rest()`)...)
		x.out.see(t, "app ready")
		began := time.Now()
		x.stop()
		x.taken()
		x.stop()
		x.expect(4)
		if took := time.Since(began); took < 700*time.Millisecond { //nolint:forbidigo // at least so long: no machine is too slow for that
			t.Errorf("told after %s, want a drain of 700ms", took)
		}
		if text := x.output(); strings.Count(text, "app stopped") != 1 {
			t.Errorf("after the drain the application was not told once:\n%s", text)
		}
	})
}

// --stop-signal says what starts a stop and what is told.
func TestStopSignalIsRewritten(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		for _, c := range []struct {
			value   string
			arrives unix.Signal
			told    string
		}{
			{"SIGQUIT", unix.SIGTERM, "QUIT"},
			{"SIGQUIT", unix.SIGQUIT, "QUIT"},
			{"SIGQUIT", unix.SIGINT, "QUIT"},
			{"SIGWINCH:SIGINT", unix.SIGWINCH, "INT"},
			{"SIGWINCH:SIGINT", unix.SIGTERM, "INT"},
			{"RTMIN+3:TERM", 37, "TERM"},
			{"SIGHUP", unix.SIGHUP, "HUP"},
		} {
			x := start(t, b, []string{"--stop-signal", c.value}, perl(`for my $s (qw(TERM INT QUIT WINCH HUP NUM37)) { $SIG{$s} = sub { out("told $s"); exit 0 } } ready('app'); rest()`)...)
			x.out.see(t, "app ready")
			x.signal(int(c.arrives))
			x.expect(0)
			if text := x.output(); strings.Count(text, "told ") != 1 || !strings.Contains(text, "told "+c.told+"\n") {
				t.Errorf("%s, %v arrives: want %s told once:\n%s", c.value, c.arrives, c.told, text)
			}
		}
	})
}

// reportLine is the line of JSON that --report writes.
type reportLine struct {
	Phase    string
	Since    string
	Signal   string
	Drain    *float64
	Stop     *float64
	Seconds  float64
	ExitCode *int
	Told     []struct {
		PID     int
		Command string
		Seconds float64
	}
	Killed, Left []reportedProcess
	Forced       bool
	More         int
}

// reportedProcess is one that is left, or was killed.
type reportedProcess struct {
	PID                   int
	Command, State, Waits string
}

// At the stop timeout what is left is killed, named in the log and in the report.
func TestTheDeafAreKilledAndNamed(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		x, path := killedByTheStopper(t, b, deaf())
		if text := x.messages(); strings.Count(text, "\n") > 20 || !strings.Contains(text, "softstop-init: killed pid ") || !strings.Contains(text, "SIGTERM") {
			t.Errorf("the log does not name who was killed:\n%s", text)
		}
		r := readReport(t, path)
		if r.Signal != "SIGTERM" || r.ExitCode == nil || *r.ExitCode != 137 || len(r.Killed) != 1 || r.Killed[0].Command != "perl" || r.Seconds < killTime.Seconds() {
			t.Errorf("the report says %+v", r)
		}
	})
}

// The report said that the container had ended by SIGTERM, of which the shell in front had died,
// where its application had been killed and the exit code said so.
func TestReportOfAKilledHeir(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		_, path := killedByTheStopper(t, b, shell(deaf(), "; echo never"))
		if r := readReport(t, path); r.ExitCode == nil || *r.ExitCode != 137 || len(r.Killed) != 1 {
			t.Errorf("the report says %+v", r)
		}
	})
}

func readReport(t *testing.T, path string) reportLine {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(text) >= 4096 || strings.Count(string(text), "\n") != 1 {
		t.Fatalf("the report is not one line below 4096 bytes:\n%s", text)
	}
	var r reportLine
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatalf("the report is not JSON: %v\n%s", err, text)
	}
	return r
}

// The report stays small and valid whatever the processes are called, and says how long
// each took.
func TestReportOfManyStrangeProcesses(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		path := filepath.Join(t.TempDir(), "report")
		x := start(t, b, []string{"--report=" + path}, perl(`
			for my $i (1 .. 30) { child(sub { $0 = "worker \"$i\" \\ \n\t\x01\xff\xc3\xa9 " . "long" x 300; $SIG{TERM} = sub { exit 0 }; ready('worker'); rest() }) }
			ready('main'); rest()`)...)
		x.out.seeTimes(t, "worker ready", 30)
		x.stop()
		x.wait()
		r := readReport(t, path)
		if len(r.Told)+r.More < 30 || len(r.Told) == 0 || r.Told[len(r.Told)-1].Command != "worker" {
			t.Errorf("the report says %+v", r)
		}
		x.quiet()
	})
}

// A report that the application has written, or that cannot be written, changes nothing.
func TestReportIsTheApplicationsFirst(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		path := filepath.Join(t.TempDir(), "report")
		write(t, path, "mine", 0o644)
		x := start(t, b, []string{"--report=" + path}, clean(3)...)
		x.out.see(t, "app ready")
		x.stop()
		x.expect(3)
		x.quiet()
		if text, _ := os.ReadFile(path); string(text) != "mine" {
			t.Errorf("the application's own message became %q", text)
		}
		for _, unwritable := range []string{"/no/such/folder/report", "/dev/full", "/"} {
			x := start(t, b, []string{"--report=" + unwritable}, clean(3)...)
			x.out.see(t, "app ready")
			x.stop()
			x.expect(3)
		}
	})
}

// The main process's own end is the container's; what it leaves is told and waited for
// a little.
func TestLeftoversAreTold(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		for _, c := range []struct {
			end  string
			code int
		}{{"exit 12", 12}, {"kill KILL => $$", 137}} {
			x := start(t, b, nil, perl(`
				pipe R, W;
				child(sub { $SIG{TERM} = sub { pause(0.2); out('left stopped'); exit 0 }; ready('left'); syswrite W, 'x'; rest() });
				sysread R, $_, 1; `+c.end)...)
			x.expect(c.code)
			if text := x.output(); !strings.Contains(text, "left stopped") {
				t.Errorf("%s: what was left was not told:\n%s", c.end, text)
			}
			x.quiet()
		}
		// And not forever, nor without a word.
		x := start(t, b, []string{killing}, perl(`
			pipe R, W;
			child(sub { $SIG{TERM} = 'IGNORE'; ready('left'); syswrite W, 'x'; rest() });
			sysread R, $_, 1; exit 12`)...)
		x.out.see(t, "left ready")
		x.expect(12)
		if text := x.messages(); !strings.Contains(text, "killed pid ") {
			t.Errorf("the log does not name who was killed:\n%s", text)
		}
	})
}

// A SIGSTOPped process is told and woken.
func TestStoppedProcessesAreWoken(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		for _, command := range [][]string{clean(3), shell(clean(3), "; true")} {
			x := start(t, b, nil, command...)
			x.out.see(t, "app ready")
			pid := x.find("perl")
			for _, p := range descendants(x.pid) {
				if commandLine(p) != "" {
					pid = p // the youngest
				}
			}
			if err := unix.Kill(pid, unix.SIGSTOP); err != nil {
				t.Fatal(err)
			}
			await.True(t, "the process is stopped", func() bool { return strings.HasPrefix(statusField(pid, "State"), "T") })
			x.stop()
			x.expect(3)
		}
	})
}

// A second stop signal does not tell anybody twice.
func TestAStopIsToldOnce(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		x := start(t, b, nil, perl(`$SIG{TERM} = sub { out('told'); pause(0.3); exit 1 if $n++; $done = 1 }; ready('app'); until ($done) { pause(0.05) } pause(0.3); exit 0`)...)
		x.out.see(t, "app ready")
		x.stop()
		for range 20 {
			x.signal(int(unix.SIGTERM))
			x.signal(int(unix.SIGINT))
		}
		x.expect(0)
		if text := x.output(); strings.Count(text, "told") != 1 {
			t.Errorf("told more than once:\n%s", text)
		}
	})
}
