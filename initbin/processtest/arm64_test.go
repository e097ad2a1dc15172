package processtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/softstop/softstop/e2e/await"

	"golang.org/x/sys/unix"
)

// The arm64 build under emulation. Unless the kernel is set up to run arm64 programs by
// themselves, the init cannot start its stopper there: what is tested is the watcher,
// alone.
func TestArm64(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("the process tests make PID namespaces, which needs root: run them with sudo")
	}
	if runtime.GOARCH == "arm64" {
		t.Skip("this is an arm64 machine: all other tests are about it")
	}
	emulator, err := exec.LookPath("qemu-aarch64-static")
	if err != nil {
		t.Skip("no qemu-aarch64-static here (Debian's package qemu-user-static)")
	}
	t.Parallel()
	folder := t.TempDir()
	b := build{name: "arm64", path: filepath.Join(folder, "softstop-init"), runtimeFree: true}
	cmd := exec.Command("sh", "../../cmd/softstop-init/build.sh", b.path)
	cmd.Env = append(os.Environ(), "GOARCH=arm64")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build for arm64: %v\n%s", err, out)
	}
	begin := func(flags []string, command ...string) *box {
		s := setup{}
		s.Argv = slices.Concat([]string{emulator, b.path, forever}, flags, []string{"--"}, command)
		return launch(t, s)
	}

	begin(nil, "sh", "-c", "exit 7").expect(7)
	begin(nil, "/no/such/program").expect(127)
	begin(nil, "/").expect(126)

	x := begin(nil, app("app", "HUP USR1 WINCH")...)
	x.out.see(t, "app ready")
	for _, name := range []string{"HUP", "USR1", "WINCH"} {
		x.signal(int(unix.SignalNum("SIG" + name)))
		x.out.see(t, "app got "+name+".")
	}
	x.stop()
	x.expect(143)

	x = begin(nil, pair()...)
	x.awaitPair()
	x.stop()
	x.wait()
	if text := x.output(); !strings.Contains(text, "near stopped") || !strings.Contains(text, "far stopped") {
		t.Errorf("somebody was not told:\n%s", text)
	}

	x = begin([]string{killing}, deaf()...)
	x.out.see(t, "app ready")
	x.stop()
	x.expect(137)
	if text := x.messages(); !strings.Contains(text, "killed pid ") {
		t.Errorf("the log does not name who was killed:\n%s", text)
	}

	x = begin(nil, perl(`for (1 .. 500) { my $p = fork; if ($p == 0) { fork; exit 0 } waitpid $p, 0 } $SIG{TERM} = sub { exit 5 }; out('churned'); rest()`)...)
	x.out.see(t, "churned")
	await.True(t, "all orphans are reaped", func() bool { return len(descendants(x.pid)) == 1 })
	x.stop()
	x.expect(5)
}
