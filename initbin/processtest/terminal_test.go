package processtest

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/softstop/softstop/e2e/await"

	"golang.org/x/sys/unix"
)

// terminal opens a pseudo-terminal: the side that a person types at, and the other.
func terminal(t *testing.T) (person, app *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminals here: %v", err)
	}
	fd := int(person.Fd())
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	app, err = os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return person, app
}

// session is a person at a terminal with an init behind it.
type session struct {
	*box
	person *os.File
	screen *screen
	tty    *os.File
}

func startAtTerminal(t *testing.T, b build, command ...string) *session {
	t.Helper()
	person, tty := terminal(t)
	s := setup{command: command, stdin: tty, tty: true}
	s.Env = []string{"PATH=" + os.Getenv("PATH"), "TERM=dumb", "PS1=prompt> ", "HOME=/"}
	x := &session{box: startIn(t, b, s), person: person, tty: tty}
	t.Cleanup(func() { tty.Close() })
	x.screen = newScreen(person)
	return x
}

func (s *session) typed(text string) {
	s.t.Helper()
	if _, err := s.person.WriteString(text); err != nil {
		s.t.Fatal(err)
	}
}

// foreground waits until the terminal's foreground group runs a command line with text.
func (s *session) foreground(text string) {
	s.t.Helper()
	await.True(s.t, strconv.Quote(text)+" has the foreground", func() bool {
		group := foregroundOf(s.pid)
		return group > 0 && strings.Contains(commandLine(group), text)
	})
}

// foregroundOf is the foreground group of pid's terminal.
func foregroundOf(pid int) int {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 6 {
		return 0
	}
	n, _ := strconv.Atoi(fields[5])
	return n
}

// A shell at a terminal has job control: Ctrl-C, Ctrl-Z, fg, and its own end.
func TestJobControl(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		x := startAtTerminal(t, b, "bash", "--norc", "--noprofile", "--noediting", "-i")
		x.screen.see(t, "prompt> ")
		if strings.Contains(x.screen.String(), "job control") {
			t.Errorf("the shell has no job control:\n%s", x.screen)
		}
		x.foreground("bash")
		x.typed("sleep 1000\n")
		x.foreground("sleep 1000")
		x.typed("\x03")
		x.screen.seeTimes(t, "prompt> ", 2)
		x.typed("cat\n")
		x.foreground("cat")
		x.typed("\x1a")
		x.screen.see(t, "Stopped")
		x.typed("fg\n")
		x.foreground("cat")
		x.typed("hello\n")
		x.screen.seeTimes(t, "hello", 2) // the echo and cat
		x.typed("\x04")
		x.foreground("bash")
		x.typed("exit 6\n")
		x.expect(6)
	})
}

// Ctrl-C and Ctrl-Z reach a plain program; with nobody to continue it, Ctrl-Z does not
// leave it stopped.
func TestPlainProgramAtATerminal(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		x := startAtTerminal(t, b, perl(`$SIG{INT} = sub { out('interrupted') }; $SIG{WINCH} = sub { out('resized') }; ready('app');
			while (1) {
				vec(my $in = '', 0, 1) = 1; # a signal that comes just before a read, perl would notice only after it
				next unless select($in, undef, undef, 0.5) > 0;
				my $n = sysread STDIN, my $line, 100; out("read $line") if $n; exit 8 if defined $n and $n == 0 }`)...)
		x.screen.see(t, "app ready")
		x.foreground("perl")
		x.typed("\x03")
		x.screen.see(t, "interrupted")
		x.typed("\x1a")
		x.typed("hello\n")
		x.screen.see(t, "read hello")
		if err := unix.IoctlSetWinsize(int(x.tty.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 33, Col: 44}); err != nil {
			t.Fatal(err)
		}
		x.screen.see(t, "resized")
		x.typed("\x04")
		x.expect(8)
	})
}

// A stop at a terminal ends an interactive shell, which ignores SIGTERM, and its job.
func TestStopAtATerminal(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		x := startAtTerminal(t, b, "bash", "--norc", "--noprofile", "--noediting", "-i")
		x.screen.see(t, "prompt> ")
		x.typed("sleep 1000\n")
		x.foreground("sleep 1000")
		x.stop()
		x.wait()
		if text := x.screen.String(); strings.Contains(text, "killed pid ") {
			t.Errorf("somebody had to be killed:\n%s", text)
		}
	})
}
