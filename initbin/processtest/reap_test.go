package processtest

import (
	"os"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Twenty thousand orphans come and go: all are reaped, and the last one is still
// waited for.
func TestOrphansAreReaped(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		orphans := 20_000
		if !b.runtimeFree {
			orphans = 2_000 // costs more there and shows the same
		}
		x := start(t, b, nil, perl(`require POSIX;
			for my $i (1 .. `+strconv.Itoa(orphans/100)+`) {
				my $p = fork;
				if ($p == 0) { for (1 .. 100) { my $q = fork; POSIX::_exit(0) if defined $q and $q == 0 } POSIX::_exit(0) }
				waitpid $p, 0;
			}
			$SIG{TERM} = sub { exit 5 }; out('churned'); rest()`)...)
		x.out.see(t, "churned")
		eventually(t, "all orphans are reaped", func() bool { return len(descendants(x.pid)) == 1 })
		x.stop()
		x.expect(5)
		x.quiet()
	})
}

// Many children that end in one moment are one SIGCHLD: none is lost.
func TestBurstsOfEndings(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		x := start(t, b, nil, perl(`
			pipe R, W;
			my $p = fork;
			if ($p == 0) { for (1 .. 300) { if (fork == 0) { close W; sysread R, $_, 1; exit 0 } } exit 0 }
			close R; waitpid $p, 0; ready('main');
			$SIG{HUP} = sub { close W }; $SIG{TERM} = sub { exit 5 }; rest()`)...)
		x.out.see(t, "main ready")
		eventually(t, "300 orphans", func() bool { return len(descendants(x.pid)) == 301 })
		x.signal(int(unix.SIGHUP))
		eventually(t, "all are reaped", func() bool { return len(descendants(x.pid)) == 1 })
		x.stop()
		x.expect(5)
		x.quiet()
	})
}

// A thousand processes are told within the blink of an eye.
func TestAThousandAreTold(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		x := start(t, b, nil, perl(`
			for (1 .. 10) { child(sub { for (1 .. 99) { child(sub { $SIG{TERM} = sub { exit 0 }; out('ready'); rest() }) } out('ready'); rest() }) }
			out('ready'); rest()`)...)
		x.out.seeTimes(t, "ready", 1001)
		x.stop()
		x.expect(0) // of the one that the main process would be waiting for
		x.within(time.Second)
		t.Logf("1,001 processes were told and gone after %s", time.Since(x.began))
		x.quiet()
	})
}

// The init sleeps while nothing happens.
func TestIdleMeansIdle(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		onlyRuntimeFree(t, b, "the Go runtime has threads that wake up")
		x := start(t, b, nil, app("app", "HUP")...)
		x.out.see(t, "app ready")
		if n := statusField(x.pid, "Threads"); n != "1" {
			t.Errorf("%s threads, want 1", n)
		}
		fds, err := os.ReadDir("/proc/" + strconv.Itoa(x.pid) + "/fd")
		if err != nil || len(fds) > 4 {
			t.Errorf("%d descriptors are open, want the standard ones and one more (%v)", len(fds), err)
		}
		x.signal(int(unix.SIGHUP))
		x.out.see(t, "app got HUP.")
		before := statusField(x.pid, "voluntary_ctxt_switches")
		x.find("perl")
		if after := statusField(x.pid, "voluntary_ctxt_switches"); after != before {
			t.Errorf("woke up without a reason: %s, then %s switches", before, after)
		}
	})
}
