package processtest

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/softstop/softstop/e2e/await"

	"golang.org/x/sys/unix"
)

// Thousands of orphans come and go: all are reaped, and the last one is still waited for.
func TestOrphansAreReaped(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		fives := 4 // thousand orphans: 20,000 in all
		if !b.runtimeFree {
			fives = 1 // each costs more there and shows the same
		}
		x := start(t, b, nil, slices.Concat([]string{crowd}, make([]string, fives))...)
		x.out.see(t, "r")
		await.True(t, "all orphans are reaped", func() bool { return len(descendants(x.pid)) == 1 })
		x.stop()
		x.expect(0)
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
		await.True(t, "300 orphans", func() bool { return len(descendants(x.pid)) == 301 })
		x.signal(int(unix.SIGHUP))
		await.True(t, "all are reaped", func() bool { return len(descendants(x.pid)) == 1 })
		x.stop()
		x.expect(5)
		x.quiet()
	})
}

// A thousand processes are all told, once each. How long that takes is the benchmark's.
func TestAThousandAreTold(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		x := start(t, b, nil, crowd)
		x.out.seeTimes(t, "r", 1001)
		x.stop()
		// 0 is that of the one that the main process would be waiting for. Where a look at so
		// many takes longer than the watcher waits for one, it tells all, and nobody knows.
		if code := x.wait(); code != 0 && code != 143 {
			t.Errorf("exit code %d, want 0 or 143", code)
		}
		if n := strings.Count(x.output(), "t"); n != 990 {
			t.Errorf("%d were told, want 990, once each", n)
		}
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
