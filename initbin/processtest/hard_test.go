package processtest

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/softstop/softstop/e2e/await"

	"golang.org/x/sys/unix"
)

// pair is a shell in front of an application that has a child in a session of its own;
// both stop well. The child does nothing at all until it is told: of one that runs after the
// application was told, nobody knows whether the application has told it.
func pair() []string {
	return shell(perl(`
		child(sub { session(); $SIG{TERM} = sub { out('far stopped'); exit 0 }; still('far') });
		$SIG{TERM} = sub { out('near stopped'); exit 4 }; ready('near'); rest()`), "; true")
}

func startPair(t *testing.T, b build, s setup) *box {
	t.Helper()
	s.command = pair()
	x := startIn(t, b, s)
	x.awaitPair()
	return x
}

// awaitPair waits until both of a pair are up, and the far one sleeps: it blocks the signal
// until then.
func (x *box) awaitPair() {
	x.t.Helper()
	x.out.see(x.t, "near ready", "far ready")
	_, after, _ := strings.Cut(x.out.String(), "far ready ")
	inside, _, _ := strings.Cut(after, "\n")
	await.True(x.t, "the far one sleeps", func() bool {
		return slices.ContainsFunc(descendants(x.pid), func(pid int) bool {
			return strings.HasSuffix(statusField(pid, "NSpid"), "\t"+inside) &&
				strings.HasPrefix(statusField(pid, "State"), "S") && strings.Trim(statusField(pid, "SigBlk"), "0") == ""
		})
	})
}

// A stopper that is killed changes only the finesse: who is deaf is killed and named.
func TestTheStopperIsKilled(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		x := start(t, b, []string{killing}, deaf()...)
		x.out.see(t, "app ready")
		x.stop()
		if err := unix.Kill(x.find("softstop-stopper"), unix.SIGKILL); err != nil {
			t.Fatal(err)
		}
		x.expect(137)
		if text := x.messages(); !strings.Contains(text, "killed pid ") {
			t.Errorf("the log does not name who was killed:\n%s", text)
		}
	})
}

// A stopper that hangs is not waited for beyond the last call: everybody is told by the watcher.
func TestTheStopperHangs(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		if n := toldByTheWatcher(t, b, "pause(1); out('told'); exit 0"); n != 50 {
			t.Errorf("%d were told, want 50, once each", n)
		}
	})
}

// A stopper that is late, as under a CPU limit, does not have anybody told twice: it is let go
// again as soon as the watcher has told everybody.
func TestTheStopperIsLate(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		if n := toldByTheWatcher(t, b, "out('told')"); n != 50 {
			t.Errorf("%d times somebody was told, want 50, once each", n)
		}
	})
}

// toldByTheWatcher stops a box with 50 children that handle SIGTERM in this way, and its stopper
// before it has told anybody, until everybody is told. It returns how often somebody was. Where
// the stopper had the stop in hand before it could be stopped, nothing was tried: it has told some,
// or was about to, and nobody was told in its place. Then another box is taken.
func toldByTheWatcher(t *testing.T, b build, handler string) int {
	t.Helper()
	n := 0
	for range 10 {
		x := start(t, b, []string{"--stop-timeout=10s"}, perl(`
			for (1 .. 50) { child(sub { $SIG{TERM} = sub { `+handler+` }; out('ready'); rest() }) }
			out('ready'); rest()`)...)
		x.out.seeTimes(t, "ready", 51)
		x.stop()
		stopper := x.find("softstop-stopper")
		if err := unix.Kill(stopper, unix.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		await.True(t, "everybody is told, or killed", func() bool {
			select {
			case <-x.done:
				return true
			default:
				return strings.Count(x.out.String(), "told\n") >= 50
			}
		})
		_ = unix.Kill(stopper, unix.SIGCONT) // it may be gone already
		x.wait()
		if n = strings.Count(x.output(), "told\n"); n >= 50 {
			break
		}
		t.Log("the stopper had the stop in hand before it was stopped: once more")
	}
	return n
}

// With a limit of three pids the stopper cannot start; everybody is told all the same.
func TestNoStopperCanStart(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		onlyRuntimeFree(t, b, "takes the pids of a Go program")
		folder := cgroup(t, "pids")
		s := setup{command: shell(clean(4), "; true")}
		s.Cgroup = folder
		x := startIn(t, b, s)
		x.out.see(t, "app ready")
		write(t, filepath.Join(folder, "pids.max"), "3", 0) // the init, the shell, the application
		x.stop()
		x.wait()
		if text := x.output(); strings.Count(text, "app stopped") != 1 {
			t.Errorf("the application was not told once:\n%s", text)
		}
	})
}

// cgroup makes a cgroup of the version 1 hierarchy of a controller and returns its folder.
func cgroup(t *testing.T, controller string) string {
	t.Helper()
	root := "/sys/fs/cgroup/" + controller
	if _, err := os.Stat(filepath.Join(root, "tasks")); err != nil {
		t.Skipf("no cgroup v1 hierarchy of %s on this machine: %v", controller, err)
	}
	folder, err := os.MkdirTemp(root, "softstop-test")
	if err != nil {
		t.Skipf("no cgroup can be made: %v", err)
	}
	t.Cleanup(func() {
		await.True(t, "the cgroup is empty", func() bool { return os.Remove(folder) == nil })
	})
	return folder
}

// A process that cannot be killed yet (frozen by its cgroup) does not keep the init.
func TestTheUnkillableIsLeftToTheKernel(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		freezer := cgroup(t, "freezer")
		x := start(t, b, []string{"--stop-timeout=500ms"}, deaf()...)
		x.out.see(t, "app ready")
		thaw := freeze(t, freezer, x.find("perl -e"))
		x.stop()
		await.True(t, "the init leaves", func() bool { return leaving(x.pid) })
		thaw()
		x.expect(137)
	})
}

// freeze freezes a process by a cgroup of version 1 that is its alone: until it is thawed, SIGKILL
// does not end it.
func freeze(t *testing.T, freezer string, pid int) (thaw func()) {
	t.Helper()
	state := filepath.Join(freezer, "freezer.state")
	thaw = func() { write(t, state, "THAWED", 0) }
	t.Cleanup(thaw) // before the box's end is waited for
	write(t, filepath.Join(freezer, "cgroup.procs"), strconv.Itoa(pid), 0)
	write(t, state, "FROZEN", 0)
	await.True(t, "the application is frozen", func() bool {
		text, err := os.ReadFile(state)
		return err == nil && strings.HasPrefix(string(text), "FROZEN")
	})
	return thaw
}

// leaving reports whether a process is in exit(2): PID 1 stays there until the kernel has
// ended everybody else.
func leaving(pid int) bool {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return true
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	const flags, exiting = 6, 4 // PF_EXITING
	n, _ := strconv.Atoi(fields[flags])
	return n&exiting != 0
}

// A process that somebody outside traces ends, but cannot be reaped.
func TestTheTracedIsNotWaitedForForever(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		x := start(t, b, []string{"--stop-timeout=500ms"}, deaf()...)
		x.out.see(t, "app ready")
		pid := x.find("perl -e")
		runtime.LockOSThread() // a tracer is a thread
		defer runtime.UnlockOSThread()
		if _, _, errno := unix.Syscall6(unix.SYS_PTRACE, unix.PTRACE_SEIZE, uintptr(pid), 0, 0, 0, 0); errno != 0 {
			t.Fatalf("trace the application: %v", errno)
		}
		x.stop()
		await.True(t, "the init leaves", func() bool { return leaving(x.pid) })
		if _, err := unix.Wait4(pid, nil, unix.WALL, nil); err != nil {
			t.Fatalf("let the traced application go: %v", err)
		}
		x.expect(137)
	})
}

// Without /proc only the main process's group can be found; that is said.
func TestWithoutProc(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		s := setup{flags: []string{"--stop-timeout=10s"}} // whom nobody sees has so long
		s.Proc = "none"
		x := startPair(t, b, s)
		x.stop()
		x.expect(143) // the shell's: nobody could see for whom it spoke
		if text := x.output(); !strings.Contains(text, "near stopped") {
			t.Errorf("the group was not told:\n%s", text)
		}
		if text := x.messages(); !strings.Contains(text, "/proc") {
			t.Errorf("nobody says that /proc is missing:\n%s", text)
		}
	})
}

// A main process of another user is hidden with hidepid=2: it is told and killed all
// the same, and that is said.
func TestHiddenByHidepid(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		folder, err := os.MkdirTemp("/var/tmp", "softstop-test")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(folder) }) // best effort
		if err := os.Chmod(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		program, err := os.ReadFile("/bin/sleep")
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(folder, "sleep")
		write(t, path, string(program), 0o755)
		if err := os.Chmod(path, 0o755|os.ModeSetuid); err != nil {
			t.Fatal(err)
		}
		s := setup{command: []string{path, "1000"}}
		s.Proc, s.UID = "hidepid=2", 1234
		x := startIn(t, b, s)
		await.True(t, "the application runs", func() bool {
			for _, pid := range descendants(x.pid) {
				if exe, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid)); exe == path {
					return true
				}
			}
			return false
		})
		x.stop()
		x.expect(143)
	})
}

// As another user in a box that hides nothing, everything works.
func TestAsAnotherUser(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		s := setup{}
		s.UID = 1234
		x := startPair(t, b, s)
		x.stop()
		x.expect(4)
		if text := x.output(); !strings.Contains(text, "near stopped") || !strings.Contains(text, "far stopped") {
			t.Errorf("somebody was not told:\n%s", text)
		}
		x.quiet()
	})
}

// Nothing that happens to its own output ends the init.
func TestClosedOutput(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		for _, redirect := range []string{"2>&-", "2>/dev/full", "0<&- 1>&- 2>&-", "| :"} {
			folder := t.TempDir()
			path := filepath.Join(folder, "said")
			command := fmt.Sprintf(`exec %s --verbose --stop-timeout=300ms -- perl -e '%s $SIG{TERM} = "IGNORE"; open F, ">", "%s"; syswrite F, "ready"; close F; rest()' %s`,
				b.path, strings.ReplaceAll(prelude, "'", `'\''`), path, redirect)
			if redirect == "| :" {
				command = "mkfifo " + folder + "/f; : <" + folder + "/f & " + strings.Replace(command, redirect, ">"+folder+"/f 2>&1", 1)
			}
			s := setup{}
			s.Argv = []string{"/bin/sh", "-c", command}
			x := launch(t, s)
			await.True(t, "the application is ready", func() bool {
				text, _ := os.ReadFile(path)
				return string(text) == "ready"
			})
			x.signal(int(unix.SIGUSR1)) // nobody handles it, which --verbose wants to say
			x.stop()
			x.expect(137)
		}
	})
}
