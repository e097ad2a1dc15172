package processtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// churn is an application that does not stop, and whose processes never keep still: each forks the
// next one and ends.
func churn(branches string) []string {
	return perl(`
		$SIG{TERM} = 'IGNORE';
		for (1 .. ` + branches + `) { child(sub { $SIG{TERM} = 'IGNORE'; while (1) { exit 0 if fork } }) }
		ready('app'); rest()`)
}

// TestForksWithoutEnd: an init whose stopper is dead leaves at the stop timeout, however fast its
// processes make others: a look at them has an end, and so has the reaping of those that ended.
func TestForksWithoutEnd(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		report := filepath.Join(t.TempDir(), "report")
		s := setup{flags: []string{killing, "--report=" + report}, command: churn("16")}
		s.Cgroup = cgroup(t, "pids")
		write(t, filepath.Join(s.Cgroup, "pids.max"), "200", 0)
		x := startIn(t, b, s)
		x.out.see(t, "app ready")
		x.stop()
		if err := unix.Kill(x.find("softstop-stopper"), unix.SIGKILL); err != nil {
			t.Fatal(err)
		}
		x.expect(137)
		if text, err := os.ReadFile(report); err != nil || !strings.Contains(string(text), `"forced":true`) {
			t.Errorf("a stop that was forced is reported as %q, %v", text, err)
		}
	})
}
