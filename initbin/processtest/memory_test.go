package processtest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// full is an application that takes memory until 600 KiB of its 40 MiB are left, says that it is
// ready, and stops well on SIGTERM, for which it takes a little more. Its program is a file of its own
// that is not in memory before, as in a container: the kernel charges it with what it reads of it.
func full(t *testing.T) []string {
	path, err := exec.LookPath("perl")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(t.TempDir(), "perl")
	write(t, own, string(text), 0o755)
	f, err := os.Open(own)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := errors.Join(f.Sync(), unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)); err != nil {
		t.Fatal(err)
	}
	command := perl(`
		$SIG{TERM} = sub { my $more = 'y' x 65536; out('app stopped'); exit 0 };
		my @taken;
		sub used { open my $f, '<', '/sys/fs/cgroup/memory/memory.usage_in_bytes'; return 0 + <$f> }
		push @taken, 'x' x 32768 while used() < (40 * 1024 - 600) * 1024;
		ready('app'); rest()`)
	command[0] = own
	return command
}

// TestAtTheMemoryLimit: an application that stops well at its memory limit without an init stops as
// well with one, and behind a shell, which is signalled with it: a stopper is not what takes the
// container over the limit. Before, the kernel killed the application, which was larger than the
// stopper that was offered to it.
func TestAtTheMemoryLimit(t *testing.T) {
	stops := func(t *testing.T, folder string, x *box, codes ...int) {
		x.out.see(t, "app ready")
		x.stop()
		if code := x.wait(); !slices.Contains(codes, code) {
			t.Errorf("exit code %d, want one of %d", code, codes)
		}
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
			s.Argv = full(t)
			stops(t, folder, launch(t, s), 0)
		})
		for name, c := range map[string]struct {
			command []string
			codes   []int
		}{
			"alone": {full(t), []int{0}},
			// The shell's own, or the application's where there was room to find out who that is.
			"behind a shell": {shell(full(t), "; exit $?"), []int{128 + int(unix.SIGTERM), 0}},
		} {
			t.Run(name, func(t *testing.T) {
				folder, s := limited(t)
				report := filepath.Join(t.TempDir(), "report")
				s.command, s.flags = c.command, []string{"--report=" + report}
				stops(t, folder, startIn(t, b, s), c.codes...)
				text, err := os.ReadFile(report)
				if err != nil || !strings.HasPrefix(string(text), `{"phase":"done",`) || strings.Contains(string(text), "forced") {
					t.Errorf("the report is %q, %v", text, err)
				}
			})
		}
	})
}
