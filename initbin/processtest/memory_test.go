package processtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// full is an application that takes memory until 600 KiB of its 40 MiB are left, says that it is
// ready, and stops well on SIGTERM, for which it takes a little more.
func full() []string {
	return perl(`
		$SIG{TERM} = sub { my $more = 'y' x 65536; out('app stopped'); exit 0 };
		my @taken;
		sub used { open my $f, '<', '/sys/fs/cgroup/memory/memory.usage_in_bytes'; return 0 + <$f> }
		push @taken, 'x' x 32768 while used() < (40 * 1024 - 600) * 1024;
		ready('app'); rest()`)
}

// TestAtTheMemoryLimit: an application that stops well at its memory limit without an init stops as
// well with one, and behind a shell, which is signalled with it: a stopper is not what takes the
// container over the limit. Before, the kernel killed the application, which was larger than the
// stopper that was offered to it.
func TestAtTheMemoryLimit(t *testing.T) {
	stops := func(t *testing.T, folder string, x *box, code int) {
		x.out.see(t, "app ready")
		x.stop()
		x.expect(code)
		if text := x.output(); strings.Count(text, "app stopped") != 1 {
			t.Errorf("the application did not stop well:\n%s", text)
		}
		text, err := os.ReadFile(filepath.Join(folder, "memory.oom_control"))
		if err != nil || !strings.Contains(string(text), "oom_kill 0\n") {
			t.Errorf("somebody was killed for want of memory: %s, %v", text, err)
		}
	}
	limited := func(t *testing.T) (folder string, s setup) {
		s.Cgroup = cgroup(t, "memory")
		write(t, filepath.Join(s.Cgroup, "memory.limit_in_bytes"), "40M", 0)
		return s.Cgroup, s
	}
	eachBuild(t, func(t *testing.T, b build) {
		t.Run("no init", func(t *testing.T) {
			folder, s := limited(t)
			path, err := exec.LookPath("perl")
			if err != nil {
				t.Fatal(err)
			}
			s.Argv = append([]string{path}, full()[1:]...)
			stops(t, folder, launch(t, s), 0)
		})
		for name, c := range map[string]struct {
			command []string
			code    int
		}{"alone": {full(), 0}, "behind a shell": {shell(full(), "; exit $?"), 143}} {
			t.Run(name, func(t *testing.T) {
				folder, s := limited(t)
				report := filepath.Join(t.TempDir(), "report")
				s.command, s.flags = c.command, []string{"--report=" + report}
				stops(t, folder, startIn(t, b, s), c.code)
				text, err := os.ReadFile(report)
				if err != nil || !strings.HasPrefix(string(text), `{"phase":"done",`) || strings.Contains(string(text), "forced") {
					t.Errorf("the report is %q, %v", text, err)
				}
			})
		}
	})
}
