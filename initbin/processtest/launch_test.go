package processtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// polite is a program that is up when it says so, takes a moment to clean up, and quits hard
// when it is signalled twice. It polls, as many do: that it runs says nothing. Called idle it
// sleeps until a signal comes, also one that comes before it sleeps.
const polite = `#!/usr/bin/perl
use POSIX;
my ($name, $code) = (@ARGV, 0);
my $told = 0;
$| = 1;
my @signals = (SIGTERM, SIGINT, SIGQUIT);
for my $s (qw(TERM INT QUIT)) { $SIG{$s} = sub { if ($told++) { print "$name twice\n"; exit 99 } } }
my ($held, $before) = (POSIX::SigSet->new($0 =~ /idle/ ? @signals : ()), POSIX::SigSet->new);
sigprocmask(SIG_BLOCK, $held, $before);
print "$name ready\n";
until ($told) { if ($0 =~ /idle/) { sigsuspend($before) } else { select undef, undef, undef, 0.02 } }
sigprocmask(SIG_SETMASK, $before);
select undef, undef, undef, 0.1 for 1 .. 4;
print "$name stopped\n" or exit 98;
exit $code;
`

// threaded is a program whose child is another thread's, and which does not wait for it.
const threaded = `#!/usr/bin/env python3
import os, signal, subprocess, threading
def stop(*_):
    child.terminate()
    os._exit(5)
def serve():
    global child
    child = subprocess.Popen(["APP", "app"])
    child.wait()
signal.signal(signal.SIGTERM, stop)
threading.Thread(target=serve).start()
signal.pause()
`

// task is a script that does ten steps.
const task = "#!/bin/sh\nfor i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.2; echo step $i; done\n"

// style is a way to start programs, and how it has to end. The stop timeout is a day: who
// is not signalled for a reason of its own is not signalled at all.
type style struct {
	name   string
	needs  string // a program
	script string // with APP for a polite program, TASK for the ten steps, LINKED for a server or a client
	ready  []string
	signal unix.Signal // 0: SIGTERM
	code   int
	output []string // what must be in the output, once
	flags  []string
}

func (s style) run(t *testing.T, b build) {
	t.Helper()
	if _, err := exec.LookPath(s.needs); s.needs != "" && err != nil {
		t.Skipf("no %s here", s.needs)
	}
	folder := t.TempDir()
	write(t, filepath.Join(folder, "app"), polite, 0o755)
	write(t, filepath.Join(folder, "idle"), polite, 0o755)
	write(t, filepath.Join(folder, "task"), task, 0o755)
	write(t, filepath.Join(folder, "linked"), linked, 0o755)
	start := filepath.Join(folder, "start")
	text := strings.NewReplacer("APP", filepath.Join(folder, "app"), "IDLE", filepath.Join(folder, "idle"), "TASK", filepath.Join(folder, "task"), "LINKED", filepath.Join(folder, "linked")).Replace(s.script)
	write(t, start, text, 0o755)
	in := setup{flags: append([]string{"--verbose"}, s.flags...), command: []string{start}}
	in.Dir = folder
	// As container engines open it.
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	in.stdin = null
	x := startIn(t, b, in)
	x.out.see(t, s.ready...)
	if s.signal == 0 {
		s.signal = unix.SIGTERM
	}
	x.signal(int(s.signal))
	x.expect(s.code)
	output := x.output()
	for _, line := range s.output {
		if strings.Count(output, line+"\n") != 1 {
			t.Errorf("want %q once in:\n%s", line, output)
		}
	}
}

func runStyles(t *testing.T, styles []style) {
	t.Helper()
	eachBuild(t, func(t *testing.T, b build) {
		for _, s := range styles {
			if s.ready == nil {
				s.ready, s.output = []string{"app ready"}, append(s.output, "app stopped")
			}
			t.Run(s.name, func(t *testing.T) { s.run(t, b) })
		}
	})
}

// A trap runs before its shell's children are signalled, whatever they look like, and a
// command in front of a trap is signalled in its place.
func TestTraps(t *testing.T) {
	var all []style
	for _, shell := range []string{"bash", "dash", "busybox"} {
		bang := "#!/usr/bin/env " + shell + "\n"
		if shell == "busybox" {
			bang = "#!/bin/busybox sh\n"
		}
		all = append(
			all,
			style{name: shell + ", in front", needs: shell, script: bang + "trap 'echo trap; exit 3' TERM\nAPP app\necho never\n", code: 3, output: []string{"trap"}},
			style{name: shell + ", in front with a standard input of its own", needs: shell, script: bang + "trap 'echo trap; exit 3' TERM\nAPP app </dev/null\n", code: 3, output: []string{"trap"}},
			style{name: shell + ", waits twice", needs: shell, script: bang + "APP app 7 <&0 & p=$!\ntrap 'kill -TERM $p' TERM\nwait $p\nwait $p\n", code: 7},
			style{name: shell + ", waits in a loop", needs: shell, script: bang + "APP app <&0 & p=$!\ntrap 'kill -TERM $p' TERM\nwhile kill -0 $p 2>/dev/null; do wait $p; done\nexit 0\n"},
			style{name: shell + ", passes the time in front", needs: shell, script: bang + "APP app <&0 & p=$!\ntrap 'kill $p; wait $p; exit 5' TERM\nwhile :; do sleep 1000; done\n", code: 5},
			style{name: shell + ", signals one after the other", needs: shell, script: bang + "APP app <&0 & p=$!\nAPP b <&0 & q=$!\ntrap 'kill $p; wait $p; kill $q; wait $q; exit 4' TERM\nwait\n", ready: []string{"app ready", "b ready"}, output: []string{"app stopped", "b stopped"}, code: 4},
			style{name: shell + ", forgets its child", needs: shell, script: bang + "APP app <&0 &\ntrap 'exit 6' TERM\nwait\n", code: 6},
			style{name: shell + ", a step at work", needs: shell, script: bang + "stop=0\ntrap stop=1 TERM\nwhile [ $stop = 0 ]; do TASK; done\necho over\n", ready: []string{"step 3"}, output: []string{"step 10", "over"}},
		)
	}
	for _, shell := range []string{"mksh", "zsh", "ksh"} { // their children are not stopped
		bang := "#!/usr/bin/env " + shell + "\n"
		all = append(all,
			style{name: shell + ", in front", needs: shell, script: bang + "trap 'echo trap; exit 3' TERM\nIDLE app\necho never\n", code: 3, output: []string{"trap"}},
			style{name: shell + ", waits in a loop", needs: shell, script: bang + "IDLE app <&0 & p=$!\ntrap 'kill -TERM $p' TERM\nwhile kill -0 $p 2>/dev/null; do wait $p; done\nexit 0\n"},
		)
	}
	all = append(all, style{name: "bash, job control", script: "#!/bin/bash\nset -m\nAPP app & p=$!\ntrap 'kill -TERM $p' TERM\nwhile kill -0 $p 2>/dev/null; do wait $p; done\nexit 0\n"})
	runStyles(t, all)
}

// What a program knows nothing of is signalled when that has ended.
func TestReplacedShells(t *testing.T) {
	runStyles(t, []style{
		{name: "a worker", script: "#!/bin/sh\nAPP worker & exec APP app 7\n", ready: []string{"app ready", "worker ready"}, output: []string{"app stopped", "worker stopped"}, code: 7},
		{name: "a reader of a file", script: "#!/bin/sh\ntouch log; tail -F log & exec APP app 7\n", code: 7},
		{name: "a reader of a named pipe that is its own writer, too", script: "#!/bin/sh\nmkfifo p; cat <>p & exec APP app >p\n"},
		{name: "one that keeps its standard input open", script: "#!/bin/sh\nmkfifo in; sleep 1000 >in & exec APP app <in\n"},
		{name: "one that feeds it", needs: "bash", script: "#!/bin/bash\ntouch feed; exec APP app < <(tail -F feed)\n"},
	})
}

// Those that others need outlive them.
func TestWhoIsNeededOutlives(t *testing.T) {
	runStyles(t, []style{
		{name: "a daemon", script: "#!/bin/sh\nperl -e '$SIG{TERM} = sub { print \"daemon stopped\\n\"; exit 0 }; $| = 1; exit 0 if fork; print \"daemon ready\\n\"; sleep 1 while 1'\nAPP app\ntrue\n",
			ready: []string{"daemon ready", "app ready"}, output: []string{"app stopped\ndaemon stopped"}},
		{name: "a reader of a named pipe", script: "#!/bin/sh\nmkfifo p\ncat p & APP app >p\ntrue\n"},
	})
}

// Launchers that are neither signalled nor end before what they launched.
func TestLaunchers(t *testing.T) {
	runStyles(t, []style{
		{name: "in a PID namespace of its own", script: "#!/bin/sh\nexec unshare --pid --fork APP app 7\n", code: 7},
		{name: "behind two shells in a PID namespace", script: "#!/bin/sh\nexec unshare --pid --fork sh -c \"sh -c 'APP app 7; true'; true\"\n"},
		{name: "started by another thread", needs: "python3", script: threaded, code: 5},
		{name: "behind one that blocks the signal", script: "#!/bin/sh\nexec unshare --mount --fork APP app 7\n", code: 7},
		{name: "bound to its parent", needs: "bwrap", script: "#!/bin/sh\nexec bwrap --bind / / --dev-bind /dev /dev --unshare-pid --die-with-parent APP app 7\n", code: 7},
		{name: "su", script: "#!/bin/sh\nexec su root -s /bin/sh -c 'APP app 7; true'\n", code: 7},
		{name: "runuser", script: "#!/bin/sh\nexec runuser -u root -- sh -c 'APP app 7; true'\n", code: 7},
		{name: "tini", needs: "tini", script: "#!/bin/sh\nexec tini -- sh -c 'APP app 7; true'\n", code: 7},
		{name: "dumb-init", needs: "dumb-init", script: "#!/bin/sh\nexec dumb-init sh -c 'APP app 7; true'\n", code: 7},
		{name: "strace", needs: "strace", script: "#!/bin/sh\nexec strace -f -o /dev/null APP app\n"},
	})
}

// SIGINT is not replaced where a shell has a trap for it.
func TestInterruptedTraps(t *testing.T) {
	var all []style
	for _, shell := range []string{"bash", "dash", "busybox"} {
		bang := "#!/usr/bin/env " + shell + "\n"
		if shell == "busybox" {
			bang = "#!/bin/busybox sh\n"
		}
		script := bang + "trap 'echo trap; exit 0' INT\necho up\nwhile true; do sleep 1; done\n"
		for _, s := range []style{{name: "arrives", signal: unix.SIGINT}, {name: "is asked for", flags: []string{"--stop-signal=SIGINT"}}} {
			s.name, s.needs, s.script, s.ready, s.output = shell+", "+s.name, shell, script, []string{"up"}, []string{"trap"}
			all = append(all, s)
		}
	}
	runStyles(t, all)
}

// Bash catches SIGINT while it waits, whether or not it has a trap: it goes on if the command
// handles the signal.
func TestInterruptedRestartLoop(t *testing.T) {
	runStyles(t, []style{
		{name: "bash", needs: "bash", signal: unix.SIGINT, script: "#!/bin/bash\nwhile true; do APP app; done\n", ready: []string{"app ready"}, flags: []string{"--ok-exit-codes=143"}},
	})
}

// A signal that is no stop reaches who handles it behind a launcher that blocks it.
func TestReloadBehindALauncher(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		for _, command := range [][]string{{"su", "root", "-s", "/bin/sh", "-c"}, {"runuser", "-u", "root", "--", "sh", "-c"}, {"sh", "-c"}} {
			inner := shell(app("app", "HUP"), "; true")[2]
			if command[0] == "sh" {
				inner = "su root -s /bin/sh -c '" + strings.ReplaceAll(inner, "'", `'\''`) + "'; true"
			}
			x := start(t, b, nil, append(command, inner)...)
			x.out.see(t, "app ready")
			x.signal(int(unix.SIGHUP))
			x.out.see(t, "app got HUP.")
		}
	})
}
