package processtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/softstop/softstop/initbin/proc"

	"golang.org/x/sys/unix"
)

// The container's exit code is the command's own; 128+n for signal n; a shell's 127 and
// 126 for what cannot be started.
func TestExitCodes(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		folder := t.TempDir()
		noShebang := filepath.Join(folder, "no-shebang")
		notExecutable := filepath.Join(folder, "not-executable")
		write(t, noShebang, "exit 5\n", 0o755)
		write(t, notExecutable, "#!/bin/sh\n", 0o644)
		for _, c := range []struct {
			command []string
			code    int
			says    string
		}{
			{[]string{"true"}, 0, ""},
			{[]string{"sh", "-c", "exit 1"}, 1, ""},
			{[]string{"sh", "-c", "exit 255"}, 255, ""},
			{[]string{"sh", "-c", "kill -KILL $$"}, 137, ""},
			{[]string{"sh", "-c", "kill -TERM $$"}, 143, ""},
			{[]string{"sh", "-c", "kill -SEGV $$"}, 139, ""},
			{[]string{"no-such-program"}, 127, "cannot run no-such-program: not found"},
			{[]string{"/no/such/program"}, 127, "cannot run /no/such/program: not found"},
			{[]string{""}, 127, "not found"},
			{[]string{noShebang}, 126, "no #! line"},
			{[]string{notExecutable}, 126, "not executable"},
			{[]string{"/"}, 126, "cannot run /: permission denied"},
		} {
			x := start(t, b, []string{"--ok-exit-codes=1,255,143"}, c.command...)
			if got := x.wait(); got != c.code {
				t.Errorf("%q ended with %d, want %d", c.command, got, c.code)
			}
			text := x.messages()
			if c.says == "" && text != "" || !strings.Contains(text, c.says) || strings.Count(text, "\n") > 1 {
				t.Errorf("%q: standard error has %q, want one line with %q", c.command, text, c.says)
			}
		}
	})
}

// A profile that lets a container start no process is no worse with us: the command runs
// as it would have run, and the log says why nobody stops it well.
func TestNoProcessMayBeStarted(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		onlyRuntimeFree(t, b, "the Go runtime itself starts threads")
		s := setup{command: []string{"sh", "-c", "echo me $$; trap 'echo told; exit 3' TERM; kill -TERM $$"}}
		s.Deny = noProcess()
		x := startIn(t, b, s)
		if got := x.wait(); got != 3 {
			t.Errorf("it ended with %d, want 3", got)
		}
		if out := x.output(); out != "me 1\ntold\n" {
			t.Errorf("it said %q", out)
		}
		if text := x.messages(); !strings.Contains(text, "cannot start a process: operation not permitted") || strings.Count(text, "\n") != 1 {
			t.Errorf("standard error has %q", text)
		}
	})
}

func write(t testing.TB, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// inherited prints what a process got from its parent.
const inherited = `require Cwd; out('cwd '.Cwd::getcwd()); opendir D, '/proc/self/fd';
	out('fds '.join ' ', sort { $a <=> $b } grep { /\d/ && readlink("/proc/self/fd/$_") !~ m{^/proc/\d+/fd} } readdir D);
	out("env $_=$ENV{$_}") for sort keys %ENV; out("me $$");`

// The command starts as it would have started without us.
func TestTheCommandInheritsEverything(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		folder := t.TempDir()
		if err := os.Chmod(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		null, err := os.Open(os.DevNull)
		if err != nil {
			t.Fatal(err)
		}
		defer null.Close()
		w := world{Dir: folder, Env: []string{"PATH=" + os.Getenv("PATH"), "A=b=c", "EMPTY=", "GODEBUG=x", "GOGC=7", "LISTEN_PID=1", "LISTEN_FDS=1"}}
		x := startIn(t, b, setup{world: w, command: perl(inherited), extra: []*os.File{null}})
		x.expect(0)
		text := x.output()
		_, me, _ := strings.Cut(text, "\nme ")
		me = strings.TrimSpace(me)
		for _, want := range []string{
			"cwd " + folder, "fds 0 1 2 3\n",
			"env A=b=c", "env EMPTY=\n", "env GODEBUG=x", "env GOGC=7", "env LISTEN_FDS=1", "env LISTEN_PID=" + me + "\n",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("the command did not inherit %q:\n%s", want, text)
			}
		}
		if strings.Contains(text, "SOFTSTOP") {
			t.Errorf("the command sees a variable of ours:\n%s", text)
		}
		x.quiet()
	})
}

// The ordinary build handed the addresses of its words to the watcher while the collector could
// still take them away. With 9,000 variables and a collector that overwrites what it frees, one
// start in ten crashed.
func TestALargeEnvironmentOutlivesTheCollector(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		env := []string{"PATH=" + os.Getenv("PATH"), "GODEBUG=clobberfree=1", "GOGC=1", "GOMEMLIMIT=1MiB"}
		for i := range 9000 {
			env = append(env, "VARIABLE_"+strconv.Itoa(i)+"=value")
		}
		for range 8 {
			x := startIn(t, b, setup{world: world{Env: slices.Clone(env)}, command: []string{"sh", "-c", "env | grep -c '^VARIABLE_[0-9]*=value$'"}})
			x.expect(0)
			if text := x.output(); text != "9000\n" {
				t.Fatalf("of 9000 variables the command sees %s", text)
			}
		}
	})
}

// Blocked and ignored signals reach the command, too.
func TestTheCommandInheritsSignals(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		w := world{Block: []int{int(unix.SIGUSR1), 40}, Ignore: []int{int(unix.SIGHUP), int(unix.SIGINT)}}
		if b.runtimeFree {
			w.Block = append(w.Block, int(unix.SIGTERM), int(unix.SIGCHLD))
			w.Ignore = append(w.Ignore, int(unix.SIGPIPE), int(unix.SIGCHLD), int(unix.SIGUSR2), 41)
		}
		x := startIn(t, b, setup{world: w, command: []string{"cat", "/proc/self/status"}})
		x.expect(0)
		text := x.output()
		for _, want := range []string{"SigBlk:\t" + mask(w.Block), "SigIgn:\t" + mask(append(w.Ignore, ignoredHere(t)...))} {
			if !strings.Contains(text, want) {
				t.Errorf("the command did not inherit %q:\n%s", want, text)
			}
		}
	})
}

// ignoredHere returns those of the C library's own signals that this test was started
// with ignored, as make starts everything: they reach the command as well.
func ignoredHere(t *testing.T) (signals []int) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	status, ok := proc.ParseStatus(text)
	for _, s := range []int{32, 33} {
		if ok && status.Ignores(s) {
			signals = append(signals, s)
		}
	}
	return signals
}

// mask is a signal mask as /proc/PID/status writes it.
func mask(signals []int) string {
	bits := uint64(0)
	for _, s := range signals {
		bits |= 1 << (s - 1)
	}
	return fmt.Sprintf("%016x", bits)
}

// A LISTEN_PID that names somebody else stays as it is.
func TestForeignListenPIDIsKept(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		w := world{Env: []string{"PATH=" + os.Getenv("PATH"), "LISTEN_PID=17"}}
		x := startIn(t, b, setup{world: w, command: []string{"sh", "-c", "echo $LISTEN_PID"}})
		x.expect(0)
		if text := x.output(); text != "17\n" {
			t.Errorf("LISTEN_PID became %q", text)
		}
	})
}

// A pipe that was given to the command ends when the command closes it: the init does
// not hold it open.
func TestExtraDescriptorsAreTheCommandsAlone(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		x := startIn(t, b, setup{command: []string{"sh", "-c", "echo hello >&3; exec 3>&-; echo closed; exec sleep 1000"}, extra: []*os.File{w}})
		w.Close()
		s := newScreen(r)
		if text := s.awaitEnd(t); text != "hello\n" {
			t.Errorf("descriptor 3 carried %q", text)
		}
		x.out.see(t, "closed")
		x.stop()
		x.expect(143)
	})
}

// The command is found as execvp(3) finds it.
func TestCommandsAreFoundAlongThePath(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		folder := t.TempDir()
		write(t, filepath.Join(folder, "greet"), "#!/bin/sh\necho here\n", 0o755)
		bad := filepath.Join(folder, "bad")
		if err := os.Mkdir(bad, 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(bad, "greet"), "", 0o644)
		for _, c := range []struct {
			path, command string
			code          int
		}{
			{"/nowhere:" + bad + ":" + folder + ":/bin:/usr/bin", "greet", 0},
			{bad + ":/bin:/usr/bin", "greet", 126},
			{"/nowhere:" + folder + "/bad/greet:/bin", "greet", 127},
			{":/bin", "greet", 0},
			{"/bin", "./greet", 0},
		} {
			w := world{Env: []string{"PATH=" + c.path}, Dir: folder}
			x := startIn(t, b, setup{world: w, command: []string{c.command}})
			if got := x.wait(); got != c.code {
				t.Errorf("PATH=%s %s: exit code %d, want %d\n%s", c.path, c.command, got, c.code, x.messages())
			}
		}
	})
}

// A child that is gone before anything could be set up is not lost.
func TestCommandsThatEndAtOnce(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		for i := range 25 {
			x := start(t, b, nil, "sh", "-c", "exit "+strconv.Itoa(i))
			x.expect(i)
		}
	})
}

// Arguments near the kernel's limit arrive whole.
func TestHugeArgumentsArrive(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		word := strings.Repeat("x", 100_000)
		command := append(perl(`$n = 0; $n += length for @ARGV; out("$n bytes in ".@ARGV." words")`), "--")
		for range 12 {
			command = append(command, word)
		}
		command = append(command, "", "--stop-timeout=1s", "a b\n'c'")
		path, err := exec.LookPath("perl")
		if err != nil {
			t.Fatal(err)
		}
		command[0] = path
		s := setup{command: command}
		x := startIn(t, b, s)
		x.expect(0)
		if text := x.output(); text != fmt.Sprintf("%d bytes in 15 words\n", 12*100_000+17+7) {
			t.Errorf("the command got %s", text)
		}
	})
}
