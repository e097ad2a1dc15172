package processtest

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/softstop/softstop/e2e/await"
	"github.com/softstop/softstop/initbin"

	"golang.org/x/sys/unix"
)

// perlName is perl's name of a signal, 1 to 64.
func perlName(signal int) string {
	switch s := initbin.Signal(signal); {
	case signal < 32:
		return s.String()[3:]
	case signal == 34:
		return "RTMIN"
	case signal == 64:
		return "RTMAX"
	}
	return fmt.Sprintf("NUM%d", signal)
}

// lost reports whether a build cannot take a signal: see initbin/ordinary.
func lost(b build, signal int) bool {
	return !b.runtimeFree && (signal == 27 || signal >= 32 && signal <= 34)
}

// trio is a main process with a child in its group and one in a session of its own, all
// of which handle every signal. Told to stop (by signal), the main process works on for
// a while and takes the others along.
func trio(signal int) []string {
	var all []string
	for s := 1; s <= 64; s++ {
		if s != 9 && s != 17 && s != 19 && s != 32 && s != 33 {
			all = append(all, perlName(s))
		}
	}
	return perl(fmt.Sprintf(`
		my @all = qw(%s);
		my @children = map {
			my $name = $_;
			child(sub { session() if $name eq 'far'; handle($name, @all); ready($name); rest() })
		} qw(near far);
		handle('main', @all);
		$SIG{%s} = sub { out('main got %[2]s.'); pause(0.2); kill KILL => @children; exit 3 };
		ready('main'); rest();`, strings.Join(all, " "), perlName(signal)))
}

// audience says who of the trio gets a signal that everybody handles.
var audience = map[string][]string{"auto": {"main"}, "main": {"main"}, "group": {"main", "near"}, "all": {"main", "near", "far"}}

// Every forwardable signal that is not a stop, to each target.
func TestEverySignalReachesItsTarget(t *testing.T) {
	for target, names := range audience {
		t.Run(target, func(t *testing.T) {
			eachBuild(t, func(t *testing.T, b build) {
				x := start(t, b, []string{"--signal-target=" + target}, trio(15)...)
				x.out.see(t, "main ready", "near ready", "far ready")
				for s := 1; s <= 64; s++ {
					if !initbin.Forwardable(initbin.Signal(s)) || s == 2 || s == 15 || lost(b, s) {
						continue
					}
					x.signal(s)
					for _, name := range names {
						x.out.see(t, name+" got "+perlName(s)+".")
					}
				}
				x.stop()
				x.expect(3)
				text := x.output()
				for _, name := range []string{"main", "near", "far"} {
					if !slices.Contains(names, name) && strings.Contains(text, name+" got ") {
						t.Errorf("%s was told:\n%s", name, text)
					}
				}
				x.quiet()
			})
		})
	}
}

// Every signal that may be a stop signal, to each target, is told once to whom it is
// for while the main process stops.
func TestEveryStopSignal(t *testing.T) {
	for target, names := range audience {
		t.Run(target, func(t *testing.T) {
			eachBuild(t, func(t *testing.T, b build) {
				for _, s := range []int{1, 2, 3, 10, 12, 15, 28, 37} {
					x := start(t, b, []string{"--signal-target=" + target, "--stop-signal=" + initbin.Signal(s).String()}, trio(s)...)
					x.out.see(t, "main ready", "near ready", "far ready")
					x.stop()
					x.expect(3)
					text := x.output()
					for _, name := range []string{"main", "near", "far"} {
						want := 0
						if slices.Contains(names, name) {
							want = 1
						}
						if got := strings.Count(text, name+" got "+perlName(s)+"."); got != want {
							t.Errorf("stop signal %s: %s was told %d times, want %d", initbin.Signal(s), name, got, want)
						}
					}
					x.quiet()
				}
			})
		})
	}
}

// What the kernel or a runtime sends for reasons of its own is never passed on, whoever
// sends it.
func TestExcludedSignalsAreNotForwarded(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		x := start(t, b, []string{"--signal-target=all"}, app("main", "CHLD URG PIPE TTIN TTOU ILL TRAP BUS FPE SEGV SYS USR1")...)
		x.out.see(t, "main ready")
		for range 100 {
			for _, s := range []initbin.Signal{initbin.SIGCHLD, initbin.SIGURG, initbin.SIGPIPE, initbin.SIGTTIN, initbin.SIGTTOU,
				initbin.SIGILL, initbin.SIGTRAP, initbin.SIGBUS, initbin.SIGFPE, initbin.SIGSEGV, initbin.SIGSYS, 32, 33} {
				if !lost(b, int(s)) {
					x.signal(int(s))
				}
			}
		}
		// Lower numbers are fetched first: this one comes after all of them but SYS, 32, 33.
		x.signal(int(unix.SIGUSR1))
		x.out.see(t, "main got USR1.")
		x.stop()
		x.expect(128 + 15)
		if text := x.output(); strings.Count(text, " got ") != 1 {
			t.Errorf("more than USR1 was passed on:\n%s", text)
		}
		x.quiet()
	})
}

// A signal that is not a stop goes past a shell that would die of it to who handles it.
func TestRelayReachesTheHandlerBehindAShell(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		x := start(t, b, nil, shell(app("app", "HUP USR1 WINCH"), "; true")...)
		x.out.see(t, "app ready")
		for i := 1; i <= 3; i++ {
			for _, name := range []string{"HUP", "USR1", "WINCH"} {
				x.signal(int(unix.SignalNum("SIG" + name)))
				x.out.seeTimes(t, "app got "+name+".", i)
			}
		}
		x.signal(int(unix.SIGUSR2)) // nobody handles it
		x.signal(int(unix.SIGALRM))
		x.signal(int(unix.SIGHUP))
		x.out.seeTimes(t, "app got HUP.", 4)
		x.stop()
		x.expect(128 + 15)
		x.quiet()
	})
}

// The kernel drops for a PID 1 what it does not handle; so do we.
func TestUnhandledSignalsDoNotKill(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		for _, target := range []string{"auto", "main", "group", "all"} {
			x := start(t, b, []string{"--signal-target=" + target}, app("app", "PWR")...)
			x.out.see(t, "app ready")
			for s := 1; s <= 64; s++ {
				if initbin.Forwardable(initbin.Signal(s)) && s != 2 && s != 15 && s != int(unix.SIGPWR) && !lost(b, s) {
					x.signal(s)
				}
			}
			x.signal(int(unix.SIGPWR))
			x.out.see(t, "app got PWR.")
			x.stop()
			x.expect(128 + 15)
			x.quiet()
		}
	})
}

// Signals that arrive while the command is being started must not hit it when it
// cannot have handlers yet, as they would not have without us.
func TestEarlySignalsDoNotKill(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		onlyRuntimeFree(t, b, "a signal in the first milliseconds is handled by the Go runtime")
		for range 30 {
			x := start(t, b, nil, clean(4)...)
			untilWatching(t, b, x.pid)
			x.signal(int(unix.SIGUSR1))
			x.signal(int(unix.SIGHUP))
			x.out.see(t, "app ready")
			x.stop()
			x.expect(4)
		}
	})
}

// A SIGTERM from the first moment on is neither lost nor fatal to PID 1.
func TestEarlyStopIsNeitherLostNorFatal(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		onlyRuntimeFree(t, b, "a signal in the first milliseconds is handled by the Go runtime")
		for range 40 {
			x := start(t, b, nil, "sleep", "1000")
			untilWatching(t, b, x.pid)
			x.stop()
			x.expect(128 + 15)
		}
	})
}

// untilWatching waits, without a pause, until the init has begun to start the command:
// from then on it hears every signal.
func untilWatching(t *testing.T, b build, pid int) {
	t.Helper()
	for gone := await.Context(t); gone.Err() == nil; {
		if exe, _ := os.Readlink("/proc/" + strconv.Itoa(pid) + "/exe"); exe == b.path && len(descendants(pid)) > 0 {
			return
		}
	}
	t.Fatal("the init never started its command")
}
