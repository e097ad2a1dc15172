package processtest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/softstop/softstop/e2e/await"

	"golang.org/x/sys/unix"
)

// setup says how to start a box.
type setup struct {
	world
	flags   []string // the init's flags, without "--"
	command []string
	stdin   *os.File // nil for /dev/null; a terminal becomes the controlling one and takes all output
	tty     bool
	extra   []*os.File // descriptors 3 and up
	pidNS   *box       // join this box's PID namespace instead
}

// box is an init at work.
type box struct {
	t        testing.TB
	cmd      *exec.Cmd
	pid      int // as seen from outside
	out, err *screen
	done     chan struct{}
}

// forever is a stop timeout that hardly a test waits for: who ends has not been killed. On a
// machine so busy that the stopper judges wrongly, its last call still ends the test.
const forever = "--stop-timeout=2m"

// start starts command under b's init with the given flags in a box of its own. Unless they
// say otherwise, nobody is killed.
func start(t testing.TB, b build, flags []string, command ...string) *box {
	t.Helper()
	return startIn(t, b, setup{flags: flags, command: command})
}

// startIn starts a box as s says.
func startIn(t testing.TB, b build, s setup) *box {
	t.Helper()
	s.Argv = slices.Concat([]string{b.path, forever}, s.flags, []string{"--"}, s.command)
	return launch(t, s)
}

// launch starts s.Argv.
func launch(t testing.TB, s setup) *box {
	t.Helper()
	if s.Env == nil {
		s.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"}
	}
	if s.Dir == "" {
		s.Dir = "/"
	}
	s.Keep = 3 + len(s.extra)
	text, err := json.Marshal(s.world)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "world")
	write(t, path, string(text), 0o600)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	x := &box{t: t, done: make(chan struct{})}
	x.cmd = &exec.Cmd{Path: self, Args: []string{self, enterName, path}, Env: []string{}, ExtraFiles: s.extra}
	x.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWNS}
	if s.pidNS != nil {
		x.join(s.pidNS)
	}
	x.connect(s)
	if err := x.cmd.Start(); err != nil {
		t.Fatalf("start a box: %v", err)
	}
	x.pid = x.cmd.Process.Pid
	for _, file := range []any{x.cmd.Stdout, x.cmd.Stderr} {
		if f, ok := file.(*os.File); ok && f != s.stdin && f != nil {
			f.Close()
		}
	}
	go func() {
		_ = x.cmd.Wait() // the status is read from ProcessState
		close(x.done)
	}()
	t.Cleanup(x.close)
	return x
}

// join makes x's first program one that enters another box as kubectl exec does: its
// parent there is 0.
func (x *box) join(other *box) {
	target := strconv.Itoa(other.pid)
	path, err := exec.LookPath("nsenter")
	if err != nil {
		x.t.Fatal(err)
	}
	x.cmd.Args = slices.Concat([]string{path, "-t", target, "-p", "-m", "--", "setsid", "--wait", x.cmd.Path}, x.cmd.Args[1:])
	x.cmd.Path = path
	x.cmd.SysProcAttr.Cloneflags = 0
}

// connect sets up the standard descriptors.
func (x *box) connect(s setup) {
	if s.tty {
		x.cmd.Stdin, x.cmd.Stdout, x.cmd.Stderr = s.stdin, s.stdin, s.stdin
		x.cmd.SysProcAttr.Setctty = true
		return
	}
	if s.stdin != nil {
		x.cmd.Stdin = s.stdin
	}
	x.cmd.Stdout, x.out = x.pipe()
	x.cmd.Stderr, x.err = x.pipe()
}

func (x *box) pipe() (*os.File, *screen) {
	r, w, err := os.Pipe()
	if err != nil {
		x.t.Fatal(err)
	}
	return w, newScreen(r)
}

// close ends whatever is left, with the whole PID namespace.
func (x *box) close() {
	_ = x.cmd.Process.Kill() // it may be gone
	<-x.done
	if x.t.Failed() && x.out != nil {
		x.t.Logf("the init's end: %s; stdout:\n%s\nstderr:\n%s", x.cmd.ProcessState, x.out, x.err)
	}
}

// signal sends PID 1 a signal.
func (x *box) signal(s int) {
	x.t.Helper()
	if err := unix.Kill(x.pid, unix.Signal(s)); err != nil {
		x.t.Fatalf("signal %d to the init: %v", s, err)
	}
}

// stop sends PID 1 a SIGTERM.
func (x *box) stop() {
	x.t.Helper()
	x.signal(int(unix.SIGTERM))
}

// taken waits until the init has fetched every signal that it was sent.
func (x *box) taken() {
	x.t.Helper()
	await.True(x.t, "the init has fetched its signals", func() bool {
		return strings.Trim(statusField(x.pid, "ShdPnd"), "0") == ""
	})
}

// wait waits for the end and returns the exit code; a PID 1 that died of a signal is an
// error.
func (x *box) wait() int {
	x.t.Helper()
	select {
	case <-x.done:
	case <-await.Context(x.t).Done():
		x.t.Fatalf("the box does not end:\n%s", tree(x.pid))
	}
	status := x.cmd.ProcessState.Sys().(syscall.WaitStatus)
	if !status.Exited() {
		x.t.Fatalf("the init died of %s", status.Signal())
	}
	return status.ExitStatus()
}

// expect waits for the end and checks the exit code.
func (x *box) expect(code int) {
	x.t.Helper()
	if got := x.wait(); got != code {
		x.t.Errorf("exit code %d, want %d", got, code)
	}
}

// output waits until everybody has ended and returns what was printed.
func (x *box) output() string { return x.out.awaitEnd(x.t) }

// messages is the same for standard error.
func (x *box) messages() string { return x.err.awaitEnd(x.t) }

// quiet checks that nothing was said on standard error.
func (x *box) quiet() {
	x.t.Helper()
	if text := x.messages(); text != "" {
		x.t.Errorf("standard error is not quiet:\n%s", text)
	}
}

// find waits for a process below the box's first one whose command line contains text,
// and returns its pid outside.
func (x *box) find(text string) int {
	x.t.Helper()
	found := 0
	await.True(x.t, "a process "+strconv.Quote(text)+" in the box", func() bool {
		for _, pid := range descendants(x.pid) {
			if strings.Contains(commandLine(pid), text) {
				found = pid
				return true
			}
		}
		return false
	})
	return found
}

// descendants are the pids below pid, whichever thread started them, without it.
func descendants(pid int) []int {
	threads, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*/children")
	var list []int
	for _, children := range threads {
		text, _ := os.ReadFile(children) // the thread may be gone
		for word := range strings.FieldsSeq(string(text)) {
			if child, err := strconv.Atoi(word); err == nil {
				list = append(append(list, child), descendants(child)...)
			}
		}
	}
	return list
}

// commandLine is a process's argv with spaces, empty when it is gone.
func commandLine(pid int) string {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
	return strings.ReplaceAll(string(text), "\x00", " ")
}

// tree lists pid and what is below it, for people.
func tree(pid int) string {
	var b strings.Builder
	for _, p := range append([]int{pid}, descendants(pid)...) {
		stat, _ := os.ReadFile("/proc/" + strconv.Itoa(p) + "/stat")
		b.WriteString(string(stat) + "    " + commandLine(p) + "\n")
	}
	return b.String()
}

// statusField is a field of /proc/PID/status, empty when the process is gone.
func statusField(pid int, name string) string {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	_, rest, found := strings.Cut(string(text), "\n"+name+":\t")
	if !found {
		return ""
	}
	value, _, _ := strings.Cut(rest, "\n")
	return value
}
