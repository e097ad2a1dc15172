package processtest

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// waiting is an application whose children wait for something else each. The constants are those of
// its system calls, which perl has no names for.
const waiting = `
use Fcntl; use Socket; use IO::Socket; use IPC::SysV qw(IPC_PRIVATE IPC_CREAT);
$SIG{TERM} = 'IGNORE'; syscall(UNSHARE, 0x08000000) == 0 or die "no namespace: $!";
my ($folder, $count) = ('FOLDER', 0); pipe R, W;
sub waiter { my ($name, $do) = @_; $count++; return if fork; close R; $0 = $name; syswrite W, 'x'; $do->(); die "$name: $!" }
unlink "$folder/sock"; my $l = IO::Socket::UNIX->new(Listen => 1, Local => "$folder/sock") or die; my $u = IO::Socket::INET->new(Proto => 'udp', LocalAddr => '127.0.0.1') or die;
my $semaphore = semget IPC_PRIVATE, 1, IPC_CREAT | 0600; my $queue = msgget IPC_PRIVATE, IPC_CREAT | 0600;
my $lock = pack 's s x4 q q i x4', F_WRLCK, 0, 0, 0, 0; my $anything;
open my $f, '>', "$folder/data" or die; fcntl $f, 38, $lock or die; socketpair my $ours, my $theirs, AF_UNIX, SOCK_STREAM, 0;
waiter('client', sub { my $c = IO::Socket::UNIX->new(Peer => "$folder/sock") or die; sysread $c, $_, 1 });
waiter('paired', sub { close $ours; sysread $theirs, $_, 1 }); close $theirs;
waiter('datagrams', sub { recv $u, $_, 1, 0 });
waiter('opened', sub { open my $g, '>', "$folder/data" or die; fcntl $g, 38, $lock });
waiter('lowered', sub { semop $semaphore, pack 's3', 0, -1, 0 });
waiter('queued', sub { msgrcv $queue, $anything, 9, 0, 0 });
waiter('timed', sub { my $fd = syscall TIMER, 1, 0; open my $t, '<&=', $fd or die; sysread $t, $_, 8 });
waiter('watching', sub { my $fd = syscall WATCH, 0; open my $t, '<&=', $fd or die; sysread $t, $_, 99 });
my $p = fork; if (!$p) { $0 = 'halted'; syswrite W, 'x'; sleep 1000 while 1 }
for (0 .. $count) { sysread R, $_, 1 }
kill STOP => $p; waitpid $p, 2; kill CONT => $p;
$0 = 'crowd'; my $c = $l->accept; ready('app'); sleep 1 while 1`

// TestLastWordsOfACrowd: many ways to wait, and whom each leads to.
func TestLastWordsOfACrowd(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		folder := t.TempDir()
		script := strings.NewReplacer("FOLDER", folder, "UNSHARE", strconv.Itoa(unix.SYS_UNSHARE), "TIMER", strconv.Itoa(unix.SYS_TIMERFD_CREATE), "WATCH", strconv.Itoa(unix.SYS_INOTIFY_INIT1)).Replace(waiting)
		line := func(name, waits string) string {
			return `\(` + name + `\) in state S: .*; it ` + waits + `(, for \d+s)?$`
		}
		says(t, b, setup{command: perl(script)},
			line("client", `reads from the Unix socket `+regexp.QuoteMeta(folder)+`/sock of pid \d+ \(crowd\)`),
			line("paired", `reads from a Unix socket of pid \d+ \(crowd\)`),
			line("datagrams", `reads from port \d+ \(UDP\)`),
			line("opened", `waits for a lock on `+regexp.QuoteMeta(folder)+`/data that pid \d+ \(crowd\) holds`),
			line("lowered", `waits for a semaphore \(System V\)`),
			line("queued", `waits for a queue of messages \(System V\)`),
			line("timed", `sleeps until a time of its own`),
			line("watching", `waits for events in files \(inotify\)`),
			line("halted", `sleeps until a time of its own`),
		)
	})
}
