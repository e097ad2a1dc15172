package lastwords

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestParseCall(t *testing.T) {
	c, ok := parseCall([]byte("230 0x0 0x0 0x7fff51b63400 0x7fff51b63440 0xffffffffffffffff 0x6 0x7fff51b633e8 0x7f4dc7e0c503\n"))
	if want := (call{number: 230, args: [6]uint64{0, 0, 0x7fff51b63400, 0x7fff51b63440, 1<<64 - 1, 6}}); !ok || c != want {
		t.Errorf("%+v, %v", c, ok)
	}
	c, ok = parseCall([]byte("7 0xffffffff 0x0 0x0 0x0 0x0 0x0 0xffe3f2b0 0x80480c4\n"))
	if !ok || !c.narrow || runtime.GOARCH == "amd64" && kindOf(c) != children {
		t.Errorf("a program of 32 bits that waits for its child: %+v of kind %d", c, kindOf(c))
	}
	for _, text := range []string{"", "running\n", "-1 0x7fff51b633e8 0x7f4dc7e0c503\n", "-1 0 0 0 0 0 0 0 0", "x 0 0 0 0 0 0 0 0", "1 0 0 0 0 0 y 0 0"} {
		if c, ok := parseCall([]byte(text)); ok {
			t.Errorf("%q is read as %+v", text, c)
		}
	}
}

const tcp = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:A375 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5856415 2 0000000009f2ac49 100 0 0 10 0
   1: 0A00000A:C001 0403000A:1538 08 00000000:00000001 00:00000000 00000000     0        0 77 1 0 20 4 30 10 -1
   2: 0A00000A:C002 0403000A:1538 01 0000002A:00000000 01:00000000 00000000     0        0 78 1 0 20 4 30 10 -1
   3: 0A00000A:C003 0403000A:1538 FF 00000000:00000000 00:00000000 00000000     0        0 79 1 0 20 4 30 10 -1
`

const tcp6 = `   0: 0000000000000000FFFF00000100007F:1F90 0000000000000000FFFF00000100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 80 1 0
   1: B80D0120000000000000000001000000:0050 B80D0120000000000000000002000000:0051 02 00000000:00000000 00:00000000 00000000     0        0 81 1 0
`

const udp = `   0: 0100007F:14E9 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 82 2 0 0
   1: 0A00000A:D431 0A00600A:0035 01 00000000:00000000 00:00000000 00000000     0        0 83 2 0 0
`

func number(t *testing.T, text string) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestParseConnections(t *testing.T) {
	found := map[uint64]connection{}
	parseConnections([]byte(tcp), false, found)
	parseConnections([]byte(tcp6), false, found)
	parseConnections([]byte(udp), true, found)
	want := map[string]string{
		"5856415": "port 41845", "77": "10.0.3.4:5432, which has closed (CLOSE_WAIT)", "78": "10.0.3.4:5432 (ESTABLISHED), which has not taken 42 bytes",
		"80": "127.0.0.1:50000 (ESTABLISHED)", "81": "[2001:db8::2]:81 (SYN_SENT)",
		"82": "port 5353 (UDP)", "83": "10.96.0.10:53 (UDP)",
	}
	if len(found) != len(want) {
		t.Errorf("%d connections: %v", len(found), found)
	}
	for inode, text := range want {
		if got := found[number(t, inode)].String(); got != text {
			t.Errorf("%s is %q, want %q", inode, got, text)
		}
	}
	for list, want := range map[string]string{
		"":           "",
		"5856415":    " on port 41845",
		"80":         "; it has a connection with 127.0.0.1:50000 (ESTABLISHED)",
		"80 77":      "; it has 2 connections, one with 10.0.3.4:5432, which has closed (CLOSE_WAIT)",
		"83":         "; it has a connection with 10.96.0.10:53 (UDP)",
		"83 80":      "; it has 2 connections, one with 127.0.0.1:50000 (ESTABLISHED)",
		"82":         " on port 5353 (UDP)",
		"5856415 78": " on port 41845; it has a connection with 10.0.3.4:5432 (ESTABLISHED), which has not taken 42 bytes",
	} {
		var connections []connection
		for inode := range strings.FieldsSeq(list) {
			connections = append(connections, found[number(t, inode)])
		}
		if got := together(connections); got != want {
			t.Errorf("%s: %q, want %q", list, got, want)
		}
	}
}

func TestHoldersOf(t *testing.T) {
	locks := parseLocks([]byte(`1: POSIX  ADVISORY  WRITE 18510 fe:00:10223869 0 EOF
1: -> POSIX  ADVISORY  WRITE 18600 fe:00:10223869 0 EOF
2: FLOCK  ADVISORY  WRITE 7 fe:00:10225363 0 EOF
2: -> FLOCK  ADVISORY  WRITE 8 fe:00:10225363 0 EOF
2: -> FLOCK  ADVISORY  WRITE 9 fe:00:10225363 0 EOF
3: OFDLCK ADVISORY  READ -1 fe:00:10225096 0 EOF
3: -> OFDLCK ADVISORY  WRITE -1 fe:00:10225096 0 EOF
nonsense
4: ->
`))
	for waiter, want := range map[int][]int{18600: {18510}, 8: {7}, 9: {7}, 7: nil, 1: nil, -1: {-1}} {
		if holders := holdersOf(locks, waiter); !slices.Equal(holders, want) {
			t.Errorf("%d waits for %v, want %v", waiter, holders, want)
		}
	}
}

func TestParseUnix(t *testing.T) {
	found := map[string]string{}
	parseUnix([]byte("Num       RefCount Protocol Flags    Type St Inode Path\n"+
		"0000000000000000: 00000002 00000000 00010000 0001 01 12345 /run/app.sock\n0000000000000000: 00000003 00000000 00000000 0001 03 12346\n"), found)
	if len(found) != 1 || found["12345"] != "/run/app.sock" {
		t.Errorf("%v", found)
	}
}

func TestKindOf(t *testing.T) {
	for number, want := range map[int]kind{
		unix.SYS_READ: reading, unix.SYS_SENDTO: writing, unix.SYS_FUTEX: threads, unix.SYS_ACCEPT4: accepting, unix.SYS_EPOLL_PWAIT: events,
		unix.SYS_SEMOP: semaphores, unix.SYS_MSGRCV: messages, unix.SYS_MQ_TIMEDRECEIVE: reading, unix.SYS_IO_URING_ENTER: events,
		unix.SYS_FLOCK: locking, unix.SYS_WAIT4: children, unix.SYS_GETPID: unknown, unix.SYS_FCNTL: unknown, -1: unknown,
	} {
		if got := kindOf(call{number: number}); got != want {
			t.Errorf("call %d is of kind %d, want %d", number, got, want)
		}
	}
	if got := kindOf(call{number: unix.SYS_FCNTL, args: [6]uint64{3, unix.F_SETLKW}}); got != locking {
		t.Errorf("a lock is of kind %d", got)
	}
	if !(call{number: unix.SYS_RESTART_SYSCALL}).goesOn() || !(call{narrow: true}).goesOn() || (call{number: unix.SYS_READ}).goesOn() {
		t.Error("a call that goes on is not told from another")
	}
	for place, want := range map[string]kind{"futex_wait_queue": threads, "do_wait": children, "pipe_read": reading, "ep_poll": events, "0": unknown, "": unknown} {
		if got := kindOfPlace(place); got != want {
			t.Errorf("%q is of kind %d, want %d", place, got, want)
		}
	}
}

func TestSentence(t *testing.T) {
	for want, f := range map[string]finding{
		"is stopped": {state: 'T', kind: reading},
		"reads from /data/x, in io_schedule, and cannot be interrupted":          {state: 'D', kind: reading, object: "/data/x", place: "io_schedule"},
		"waits in the kernel's nfs_wait_bit_killable, and cannot be interrupted": {state: 'D', place: "nfs_wait_bit_killable", hidden: true},
		"is frozen, by its cgroup":                            {state: 'D', kind: sleeping, place: "__refrigerator"},
		"cannot be looked into (another user's?)":             {state: 'S', place: "0", hidden: true},
		"waits for something unknown":                         {state: 'S'},
		"waits for its own threads (futex)":                   {state: 'S', kind: threads, threads: 20},
		"waits for a lock in memory (futex)":                  {state: 'S', kind: threads, threads: 1},
		"waits for a child":                                   {state: 'S', kind: children},
		"opens a named pipe that nobody has at its other end": {state: 'S', kind: opening, place: "wait_for_partner"},
		"waits for its own threads (eventfd)":                 {state: 'S', kind: threads, threads: 3, object: "eventfd"},
		"waits for events in files (inotify)":                 {state: 'S', kind: events, object: " in files (inotify)"},
		"waits for a semaphore (System V)":                    {state: 'S', kind: semaphores},
		"uses the processor":                                  {state: 'R', kind: running},
		"waits for a lock on /x that pid 9 (cat) holds":       {state: 'S', kind: locking, object: " on /x that pid 9 (cat) holds"},
		"connects to 10.0.0.1:80 (SYN_SENT)":                  {state: 'S', kind: connecting, object: "10.0.0.1:80 (SYN_SENT)"},
		"writes to what cannot be seen":                       {state: 'S', kind: writing},
	} {
		if got := f.sentence(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// FuzzParse: no file of /proc, whatever is in it, makes a reader panic.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"", tcp, tcp6, "1: -> POSIX ADVISORY WRITE 7 fe:00:1 0 EOF\n", "230 0x0 0x0 0x7f 0x7f 0x0 0x0 0x7 0x7", "0: 00 00 00 00 01 5 /x\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if c, ok := parseCall(text); ok {
			_ = kindOf(c)
		}
		_ = kindOfPlace(string(text))
		_ = holdersOf(parseLocks(text), 7)
		parseUnix(text, map[string]string{})
		found := map[uint64]connection{}
		parseConnections(text, true, found)
		for _, c := range found {
			if c.String() == "" || c.State == 0 {
				t.Errorf("%+v", c)
			}
		}
	})
}

// TestOf: a goroutine of this very program that is locked in a read is not what it tells most of;
// whatever that is, there is a sentence, and none where there is no time or no such process.
func TestOf(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("no /proc")
	}
	l := Looker{Children: func(int) []int { return nil }, Name: func(int) string { return "" }, Over: func() bool { return false }}
	if w := l.Of(unix.Getpid()); w.Waits == "" || w.Thread == 0 {
		t.Errorf("%+v", w)
	}
	if w := l.Of(1 << 30); w.Waits != "" {
		t.Errorf("of nobody: %+v", w)
	}
	l.Over = func() bool { return true }
	if w := l.Of(unix.Getpid()); w.Waits != "" {
		t.Errorf("without time: %+v", w)
	}
}

// TestRead: a file that is longer than what is read at a time comes in whole lines.
func TestRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tcp")
	var text strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&text, "%4d: 0100007F:A375 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 %d 1 0\n", i, 1000+i)
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	never, found := func() bool { return false }, map[uint64]connection{}
	if !read(path, never, func(lines []byte) bool { parseConnections(lines, false, found); return true }) || len(found) != 3000 {
		t.Errorf("%d connections", len(found))
	}
	if read(path, func() bool { return true }, func([]byte) bool { t.Error("read without time"); return true }) {
		t.Error("read to the end without time")
	}
}
