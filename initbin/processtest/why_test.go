package processtest

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/softstop/softstop/e2e/await"

	"golang.org/x/sys/unix"
)

// subject is an application that does not stop, and what is said of it when it is killed.
type subject struct {
	name    string
	command []string
	// says is a pattern of the log, of one line.
	says string
}

func (folder folder) subjects() []subject {
	file := string(folder) + "/data.lock"
	return []subject{
		{
			"a socket that nobody writes to", perl(`
				use IO::Socket; $SIG{TERM} = 'IGNORE';
				my $l = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1') or die;
				if (!fork) { my $c = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $l->sockport); $0 = 'client'; sysread $c, $_, 1 }
				my $c = $l->accept; $0 = 'server'; ready('app'); sleep 1 while 1`),
			`\(client\) in state S: .*; it reads from 127\.0\.0\.1:\d+ \(ESTABLISHED\)(, for \d+s)?$`,
		},
		{
			"a peer that has closed", perl(`
				use IO::Socket; $SIG{TERM} = 'IGNORE';
				my $l = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1') or die;
				if (!fork) { my $c = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $l->sockport); exit }
				my $c = $l->accept; wait; close $l; ready('app'); while (1) { select undef, undef, undef, 1e6 }`),
			`; it waits for events; it has a connection with 127\.0\.0\.1:\d+, which has closed \(CLOSE_WAIT\)(, for \d+s)?$`,
		},
		{
			"a server", perl(`
				use IO::Socket; $SIG{TERM} = 'IGNORE';
				my $l = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1', LocalPort => 0) or die; ready('app'); $l->accept while 1`),
			`; it waits for connections on port \d+(, for \d+s)?$`,
		},
		{
			"a lock that another process holds", perl(`
				$SIG{TERM} = 'IGNORE'; open my $f, '>', '` + file + `' or die; flock $f, 2; pipe R, W;
				if (!fork) { $0 = 'writer'; open my $g, '>', '` + file + `'; syswrite W, 'x'; flock $g, 2 }
				$0 = 'backup'; sysread R, $_, 1; ready('app'); sleep 1 while 1`),
			`\(writer\) in state S: .*; it waits for a lock on ` + regexp.QuoteMeta(file) + ` that pid \d+ \(backup\) holds(, for \d+s)?$`,
		},
		{
			"a pipe that nobody reads", perl(`
				$SIG{TERM} = 'IGNORE'; pipe R, W;
				if (!fork) { close R; $SIG{PIPE} = 'IGNORE'; $0 = 'printer'; syswrite STDOUT, "app ready\n"; syswrite W, 'x' x 65536 while 1 }
				close W; $0 = 'reader'; sleep 1 while 1`),
			`\(printer\) in state S: .*; it writes to a pipe that pid \d+ \(reader\) should read from(, for \d+s)?$`,
		},
		{
			"a shell that waits for a child", []string{"sh", "-c", `trap "" TERM; ` + shell(deaf(), "; true")[2]},
			`\(sh\) in state S: .*; it waits for its child pid \d+ \(perl\)(, for \d+s)?$`,
		},
		{
			// As vfork does it: who has cloned so waits until its child executes a program or ends.
			"a process that cannot be interrupted", perl(`$SIG{TERM} = 'IGNORE'; syscall(` + strconv.Itoa(unix.SYS_CLONE) + `, ` + strconv.Itoa(unix.CLONE_VFORK|int(unix.SIGCHLD)) + `, 0, 0, 0, 0); ready('app'); sleep while 1`),
			`\(perl\) in state D: .*; it waits for its child pid \d+ \(perl\), in [a-z0-9_]+, and cannot be interrupted(, for \d+s)?$`,
		},
		{
			"a name with a second line", perl(`$0 = "a\nb\x1b[2J"; $SIG{TERM} = 'IGNORE'; open my $f, '>', "` + file + `\n\x1b[1m"; flock $f, 2; pipe R, W;
				if (!fork) { open my $g, '>', "` + file + `\n\x1b[1m"; syswrite W, 'x'; flock $g, 2 }
				sysread R, $_, 1; ready('app'); sleep 1 while 1`),
			`; it waits for a lock on ` + regexp.QuoteMeta(file) + `\?\?\[1m that pid \d+ \(a\?b\?\[2J\) holds`,
		},
	}
}

type folder string

// TestLastWords: of whoever is killed it is said what it waited for, in the log and in the report.
// A machine that is so slow that there was no time to ask tries again.
func TestLastWords(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		for _, s := range folder(t.TempDir()).subjects() {
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				says(t, b, setup{command: s.command}, s.says)
			})
		}
	})
}

// says stops a subject until the log has lines like all that are wanted, and the report the same:
// where there was no time to ask, or to report it, they say less, or nothing.
func says(t *testing.T, b build, s setup, wanted ...string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report")
	s.flags = []string{killing, "--report", path}
	await.True(t, "log and report say "+strings.Join(wanted, ", "), func() bool {
		x := startIn(t, b, s)
		x.out.see(t, "app ready")
		x.stop()
		x.expect(137)
		text, report := x.messages(), readReport(t, path)
		t.Logf("the log:\n%s\nthe report: %+v", text, report)
		if strings.ContainsAny(strings.ReplaceAll(text, "\n", ""), "\x1b\x07\r") {
			t.Fatalf("the log has control characters:\n%q", text)
		}
		return !slices.ContainsFunc(wanted, func(want string) bool {
			said := regexp.MustCompile(`(?m)` + want).FindString(text)
			return said == "" || !slices.ContainsFunc(report.Killed, func(k reportedProcess) bool { return k.Waits != "" && strings.Contains(said, k.Waits) })
		})
	})
}

// TestLastWordsOfTheFrozen: it is said that it is frozen, not what it did before.
func TestLastWordsOfTheFrozen(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		line := regexp.MustCompile(`(?m)^softstop-init: killed pid \d+ \(perl\) in state D: still there \S+ after SIGTERM; it is frozen, by its cgroup(, for \d+s)?$`)
		await.True(t, "the log says that it is frozen", func() bool {
			freezer := cgroup(t, "freezer")
			x := start(t, b, []string{killing}, deaf()...)
			x.out.see(t, "app ready")
			thaw := freeze(t, freezer, x.find("perl -e"))
			x.stop()
			await.True(t, "the init leaves", func() bool { return leaving(x.pid) })
			thaw()
			x.expect(137)
			t.Logf("the log:\n%s", x.messages())
			return line.MatchString(x.messages())
		})
	})
}

// TestLastWordsOfThreads: of many threads, the one that tells most.
func TestLastWordsOfThreads(t *testing.T) {
	python, err := exec.LookPath("/usr/bin/python3")
	if err != nil {
		t.Skip("no Python on this machine")
	}
	eachBuild(t, func(t *testing.T, b build) {
		says(t, b, setup{command: []string{python, "-c", `
import os, signal, sys
from concurrent.futures import ThreadPoolExecutor
signal.signal(signal.SIGTERM, signal.SIG_IGN)
r, w = os.pipe()
if os.fork() == 0:
    os.close(r); signal.pause()
os.close(w)
with ThreadPoolExecutor(4) as pool:
    pool.submit(os.read, r, 1)
    print("app ready", flush=True)
`}}, `; it reads from a pipe that pid \d+ \(/usr/bin/python3\) writes to \(in its thread \S+\)$`)
	})
}

// TestHundredsAreKilledInTime: whoever asks hundreds of processes asks as many as there is time
// for: SIGKILL is no later, and somebody says that it came. BenchmarkKill has how much later it is of a thousand.
func TestHundredsAreKilledInTime(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		path := filepath.Join(t.TempDir(), "report")
		x := start(t, b, []string{killing, "--report", path}, deafFamily(300)...)
		x.out.see(t, "app ready")
		x.stop()
		x.expect(137)
		if r := readReport(t, path); len(r.Killed) == 0 && !r.Forced {
			t.Errorf("the report says %+v", r)
		}
	})
}
