package processtest

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// greedy is an application with workers that take memory until the kernel kills them: count of
// them, one after the other, each the application's own child or, as an orphan, the init's.
func greedy(count int, orphans bool) []string {
	worker := `my @taken; push @taken, 'x' x (1 << 20) while 1`
	begin := `if (!fork) { ` + worker + ` } wait;`
	if orphans {
		// The pipe's end says that the worker has ended, whoever reaps it.
		begin = `pipe R, W; if (!fork) { if (!fork) { close R; ` + worker + ` } exit } close W; wait; sysread R, $_, 1; close R;`
	}
	return perl(`$SIG{TERM} = sub { out('app stopped'); exit 0 }; for (1 .. ` + strconv.Itoa(count) + `) { ` + begin + ` } ready('app'); rest()`)
}

// limited is a box at whose memory limit the kernel kills.
func limited(t *testing.T, command []string, report string) setup {
	s := setup{command: command, flags: []string{"--report=" + report}}
	s.Cgroup = cgroup(t, "memory")
	write(t, filepath.Join(s.Cgroup, "memory.limit_in_bytes"), "40M", 0)
	return s
}

// killedByKernel are the init's lines about those that the kernel killed.
var killedByKernel = regexp.MustCompile(`(?m)^softstop-init: the kernel killed (\d+) of the container's processes for want of memory \(OOM\)(, the last pid \d+)?; (\d+) so far$`)

// TestWorkersThatTheKernelKills: of those whose parent is the init it is said at once; of all, in the
// report. Each is counted once, and the stop is a clean one.
func TestWorkersThatTheKernelKills(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		for name, c := range map[string]struct {
			count   int
			orphans bool
		}{"a worker of the application": {1, false}, "an orphan": {1, true}, "many": {5, true}} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				report := filepath.Join(t.TempDir(), "report")
				x := startIn(t, b, limited(t, greedy(c.count, c.orphans), report))
				x.out.see(t, "app ready")
				if c.orphans {
					x.err.see(t, "; "+strconv.Itoa(c.count)+" so far")
				}
				x.stop()
				x.expect(0)
				sum := 0
				for _, line := range killedByKernel.FindAllStringSubmatch(x.messages(), -1) {
					n, err := strconv.Atoi(line[1])
					if err != nil {
						t.Fatal(err)
					}
					sum += n
				}
				text, err := os.ReadFile(report)
				if want := `"oomKilled":` + strconv.Itoa(c.count) + `,`; err != nil || sum != c.count || !strings.Contains(string(text), want) || !strings.HasPrefix(string(text), `{"phase":"done",`) {
					t.Errorf("%d are said; the report is %q, %v\nthe log:\n%s", sum, text, err, x.messages())
				}
			})
		}
	})
}

// TestAWorkerKilledBySomebodyUnknown: where no cgroup can be seen, it is said as it is; where one can, and
// has counted nothing, it was one of the application's own.
func TestAWorkerKilledBySomebodyUnknown(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		command := perl(`$SIG{TERM} = sub { exit 0 }; pipe R, W; if (!fork) { if (!fork) { close R; kill 9, $$; sleep 1 while 1 } exit } close W; wait; sysread R, $_, 1; ready('app'); rest()`)
		for _, hidden := range []bool{true, false} {
			x := startIn(t, b, setup{command: command, world: world{NoCgroups: hidden}})
			x.out.see(t, "app ready")
			if hidden {
				x.err.see(t, "died of a SIGKILL from somebody unknown\n")
			}
			x.stop()
			x.expect(0)
			if text := x.messages(); strings.Contains(text, "OOM") || !hidden && text != "" {
				t.Errorf("it says:\n%s", text)
			}
		}
	})
}
