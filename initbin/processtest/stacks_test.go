package processtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/softstop/softstop/e2e/await"
)

// printer is an application that does not stop, and what it prints before it is killed.
type printer struct {
	name    string
	command []string
	env     string
	// prints are parts of standard output or error, lacks such that must not be there; says is a
	// pattern of what the init says.
	prints, lacks []string
	says          string
	needs         string // a program that the subject is made with; "" for none
}

const (
	goKilled = `killed pid \d+ \(\S+\) in state S: still there \S+ after SIGTERM; it .*; its stacks are in the log \(SIGQUIT\)\n`
	pyKilled = `killed pid \d+ \(/usr/bin/python3\) in state S: still there \S+ after SIGTERM; it .*; its stacks are in the log \(SIGABRT\)\n`
	killed   = `killed pid \d+ \(\S+\) in state S: still there \S+ after SIGTERM; it [^;]*\n`
)

func printers() []printer {
	quit := []string{"SIGQUIT: quit", "processtest.waitForWorker", "[chan receive"}
	python := func(flags ...string) []string {
		script := "import signal, threading\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('app ready', flush=True)\nthreading.Event().wait()\n"
		return append(append([]string{"/usr/bin/python3"}, flags...), "-c", script)
	}
	return []printer{
		{name: "Go, stuck in a channel", command: goApp("default"), prints: quit, says: goKilled},
		{name: "Go behind a shell", command: shell(goApp("default"), "; exit $?"), prints: quit, says: goKilled},
		{name: "Go that would dump core", command: goApp("core"), env: "GOTRACEBACK=crash", prints: quit, says: goKilled},
		{name: "Go with a handler of its own", command: goApp("own"), prints: []string{"app has its own SIGQUIT"}, lacks: quit[:1], says: goKilled},
		{name: "Go that ignores SIGQUIT", command: goApp("ignored"), lacks: quit[:1], says: killed},
		{name: "Python with faulthandler", command: python("-X", "faulthandler"), prints: []string{"Fatal Python error: Aborted", "threading.py"}, says: pyKilled, needs: "/usr/bin/python3"},
		{name: "Python", command: python(), lacks: []string{"Fatal Python error"}, says: killed, needs: "/usr/bin/python3"},
		{name: "another that handles SIGQUIT", command: perl(`$SIG{TERM} = 'IGNORE'; $SIG{QUIT} = sub { out('app got SIGQUIT') }; ready('app'); rest()`), lacks: []string{"app got SIGQUIT"}, says: killed},
	}
}

// TestStacks: who can print its stacks does, shortly before it is killed; nobody else is asked. It
// counts as killed, and leaves no core dump.
func TestStacks(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		for _, p := range printers() {
			t.Run(p.name, func(t *testing.T) {
				t.Parallel()
				if p.needs != "" {
					if _, err := exec.LookPath(p.needs); err != nil {
						t.Skipf("no %s on this machine", p.needs)
					}
				}
				s := setup{command: p.command}
				s.Dir = t.TempDir()
				if p.env != "" {
					s.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", p.env}
				}
				prints(t, b, s, p)
				if cores, _ := filepath.Glob(filepath.Join(s.Dir, "*core*")); len(cores) != 0 {
					t.Errorf("it leaves %q", cores)
				}
			})
		}
	})
}

// prints stops a subject until it has printed what it should: where the machine was so slow that
// there was no time to ask, or to print, it is tried again. What must never be printed is looked
// for each time.
func prints(t *testing.T, b build, s setup, p printer) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report")
	s.flags = append(s.flags, killing, "--report", path)
	line := regexp.MustCompile(p.says)
	await.True(t, "the log has a line with "+p.says, func() bool {
		x := startIn(t, b, s)
		x.out.see(t, "app ready")
		x.stop()
		x.expect(137)
		text := x.output() + x.messages()
		t.Logf("the log:\n%s", text)
		for _, part := range p.lacks {
			if strings.Contains(text, part) {
				t.Fatalf("the log has %q", part)
			}
		}
		if r := readReport(t, path); len(r.Killed) == 0 && !r.Forced {
			t.Fatalf("the report says %+v", r)
		}
		for _, part := range p.prints {
			if !strings.Contains(text, part) {
				return false
			}
		}
		return line.MatchString(text)
	})
}

// TestStacksCanBeTurnedOff: with --last-words=false nobody is asked.
func TestStacksCanBeTurnedOff(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		prints(t, b, setup{command: goApp("default"), world: world{Dir: t.TempDir()}, flags: []string{"--last-words=false"}}, printer{lacks: []string{"SIGQUIT"}, says: killed})
	})
}

// TestStacksAreNotAskedForWithTheStopSignal: an application that was stopped with SIGQUIT gets no
// second one, which many take for an order to quit at once.
func TestStacksAreNotAskedForWithTheStopSignal(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		x := start(t, b, []string{killing, "--stop-signal=SIGQUIT"}, goApp("own")...)
		x.out.see(t, "app ready")
		x.stop()
		x.expect(137)
		if text := x.messages(); strings.Contains(text, "its stacks are in the log") || asked(text) != 0 {
			t.Errorf("it was asked:\n%s", text)
		}
	})
}

// deadlock is a JVM whose shutdown hook and main thread wait for each other's locks.
const deadlock = `
import java.util.concurrent.CountDownLatch;

class Deadlock {
  static final Object pool = new Object(), log = new Object();
  static final CountDownLatch both = new CountDownLatch(2);

  static void hold(Object first, Object second) {
    synchronized (first) {
      both.countDown();
      try { both.await(); } catch (InterruptedException e) { throw new RuntimeException(e); }
      synchronized (second) { System.out.println("never"); }
    }
  }

  public static void main(String[] args) {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> hold(log, pool), "closes-the-log"));
    System.out.println("app ready");
    hold(pool, log);
  }
}
`

// TestADeadlockInAJVM: the JVM says in the log which threads wait for which locks, and is killed at
// the stop timeout as ever. The zoo has the same with Debian's default-jre-headless (TestLastWords).
func TestADeadlockInAJVM(t *testing.T) {
	for _, program := range []string{"java", "javac"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("no %s on this machine: the zoo's TestLastWords has a JVM in any case", program)
		}
	}
	java, _ := exec.LookPath("java")
	folder := t.TempDir()
	source := filepath.Join(folder, "Deadlock.java")
	write(t, source, deadlock, 0o644)
	if out, err := exec.Command("javac", "-d", folder, source).CombinedOutput(); err != nil {
		t.Fatalf("javac: %v\n%s", err, out)
	}
	eachBuild(t, func(t *testing.T, b build) {
		for name, command := range map[string][]string{"alone": {java, "-Xmx64m", "-cp", folder, "Deadlock"}, "with -Xrs": {java, "-Xmx64m", "-Xrs", "-cp", folder, "Deadlock"}} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				if name != "alone" { // it knows no signals, and dies of SIGTERM
					x := start(t, b, []string{killing}, command...)
					x.out.see(t, "app ready")
					x.stop()
					x.expect(143)
					x.quiet()
					return
				}
				prints(t, b, setup{command: command}, printer{
					prints: []string{"Full thread dump", "Found one Java-level deadlock:", "closes-the-log"},
					says:   `SIGQUIT to pid \d+ \(\S*java\), which prints its stacks: still there \S+ after SIGTERM\n(?s:.*)killed pid \d+ \(\S*java\) in state S: still there \S+ after SIGTERM; it waits for its own threads \(futex\)`,
				})
			})
		}
	})
}
