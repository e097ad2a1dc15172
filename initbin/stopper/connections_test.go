package stopper

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/sockets"
)

// has gives a process sockets.
func has(inodes ...uint64) trait { return func(p *process) { p.sockets = inodes } }

// table is a table of sockets: "1 listens 6379", "2 6379 from 40000" is the server's end of a
// connection, and "3 40000 to 6379" the client's.
func table(lines ...string) (all []sockets.Socket) {
	number := func(word string) uint64 {
		n, err := strconv.ParseUint(word, 10, 64)
		if err != nil {
			panic(err)
		}
		return n
	}
	end := func(port string) sockets.Endpoint {
		return sockets.Endpoint{Address: [16]byte{10: 0xff, 11: 0xff, 12: 127, 15: 1}, Port: uint16(number(port))}
	}
	for _, line := range lines {
		f := strings.Fields(line)
		s := sockets.Socket{Inode: number(f[0]), State: sockets.Established}
		switch f[1] {
		case "listens":
			s.State, s.Local = sockets.Listen, end(f[2])
		default:
			s.Local, s.Remote = end(f[1]), end(f[3])
		}
		all = append(all, s)
	}
	return all
}

// connected is a tree whose processes know their clients.
func connected(table []sockets.Socket, list ...*process) *tree {
	t := treeOf(list...)
	t.noteClients(connections{tcp: table})
	return t
}

// Who is connected to a port on which another process of the container listens is a client of
// that process and of who has started it.
func TestClients(t *testing.T) {
	one2two := table("1 listens 6379", "2 6379 from 40000", "3 40000 to 6379")
	for _, c := range []struct {
		name      string
		sockets   []sockets.Socket
		processes []*process
		want      map[int]string
	}{
		{"a store and an application", one2two, []*process{one(2, 1, shell), one(3, 2, has(1, 2)), one(4, 2, has(3))}, map[int]string{3: "4"}},
		{"many connections", append(one2two, table("4 6379 from 40001", "5 40001 to 6379")...), []*process{one(2, 1, shell), one(3, 2, has(1, 2, 4)), one(4, 2, has(3, 5))}, map[int]string{3: "4"}},
		{"a server with workers", one2two, []*process{one(2, 1), one(3, 2, has(1)), one(4, 3, has(1, 2)), one(5, 2, has(3))}, map[int]string{3: "5", 4: "5"}},
		{"a worker and its own server", one2two, []*process{one(2, 1), one(3, 2, has(1, 2)), one(4, 3, has(3))}, nil},
		{"a parent and its server", one2two, []*process{one(2, 1), one(3, 2, has(3)), one(4, 3, has(1, 2))}, map[int]string{4: "3"}},
		{"one process with both ends", one2two, []*process{one(2, 1), one(3, 2, has(1, 2, 3))}, nil},
		{"another container's client", one2two, []*process{one(2, 1), one(3, 2, has(1, 2)), one(4, 2, has(9))}, nil},
		{"another container's server", one2two, []*process{one(2, 1), one(3, 2, has(8)), one(4, 2, has(3))}, nil},
		{"nobody listens any more", one2two[1:], []*process{one(2, 1), one(3, 2, has(2)), one(4, 2, has(3))}, nil},
		{"peers", append(one2two, table("5 listens 6380", "6 6380 from 50000", "7 50000 to 6380")...),
			[]*process{one(2, 1), one(3, 2, has(1, 2, 7)), one(4, 2, has(3, 5, 6))}, nil},
		{"peers by way of their workers", append(one2two, table("5 listens 6380", "6 6380 from 50000", "7 50000 to 6380")...),
			[]*process{one(2, 1), one(3, 2, has(1)), one(4, 3, has(2)), one(5, 3, has(7)), one(6, 2, has(5)), one(7, 6, has(6)), one(8, 6, has(3))},
			map[int]string{4: "8", 7: "5"}},
		{"three in a ring", append(one2two, table("5 listens 81", "6 81 from 50000", "7 50000 to 81", "8 listens 82", "9 82 from 50001", "10 50001 to 82")...),
			[]*process{one(2, 1), one(3, 2, has(1, 2, 10)), one(4, 2, has(5, 6, 3)), one(5, 2, has(8, 9, 7))}, nil},
		{"a chain", append(one2two, table("5 listens 80", "6 80 from 50000", "7 50000 to 80")...),
			[]*process{one(2, 1), one(3, 2, has(1, 2)), one(4, 2, has(5, 6, 3)), one(5, 2, has(7))}, map[int]string{3: "4", 4: "5"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, p := range connected(c.sockets, c.processes...).byAge() {
				if got := pids(p.clients); got != c.want[p.PID] {
					t.Errorf("clients of %d: %q, want %q", p.PID, got, c.want[p.PID])
				}
			}
		})
	}
}

// Who is connected to a Unix socket that another process of the container has is its client, too.
// Both ends of a pair, and who is connected to a socket outside, are not.
func TestClientsByUnixSocket(t *testing.T) {
	const path = "/run/redis.sock"
	stream := []sockets.Unix{{Name: path, Inode: 1}, {Name: path, Inode: 2, Peer: 3}, {Inode: 3, Peer: 2}}
	log := []sockets.Unix{{Name: "/dev/log", Inode: 1}, {Inode: 3, Peer: 1}}
	for _, c := range []struct {
		name      string
		table     []sockets.Unix
		processes []*process
		want      map[int]string
	}{
		{"a store and an application", stream, []*process{one(2, 1, shell), one(3, 2, has(1, 2)), one(4, 2, has(3))}, map[int]string{3: "4"}},
		{"a server with workers", stream, []*process{one(2, 1), one(3, 2, has(1)), one(4, 3, has(1, 2)), one(5, 2, has(3))}, map[int]string{3: "5", 4: "5"}},
		{"a log", log, []*process{one(2, 1, shell), one(3, 2, has(1)), one(4, 2, has(3))}, map[int]string{3: "4"}},
		{"another container's client", stream, []*process{one(2, 1), one(3, 2, has(1, 2)), one(4, 2, has(9))}, nil},
		{"another container's server", stream, []*process{one(2, 1), one(3, 2, has(8)), one(4, 2, has(3))}, nil},
		{"nobody listens any more", stream[1:], []*process{one(2, 1), one(3, 2, has(2)), one(4, 2, has(3))}, map[int]string{3: "4"}},
		{"a pair", []sockets.Unix{{Inode: 1, Peer: 2}, {Inode: 2, Peer: 1}}, []*process{one(2, 1), one(3, 2, has(1)), one(4, 2, has(2))}, nil},
		{"two that send to each other", []sockets.Unix{{Name: "a", Inode: 1, Peer: 2}, {Name: "b", Inode: 2, Peer: 1}},
			[]*process{one(2, 1), one(3, 2, has(1)), one(4, 2, has(2))}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree := treeOf(c.processes...)
			tree.noteClients(connections{unix: c.table})
			for _, p := range tree.byAge() {
				if got := pids(p.clients); got != c.want[p.PID] {
					t.Errorf("clients of %d: %q, want %q", p.PID, got, c.want[p.PID])
				}
			}
		})
	}
}

// Of a process of another user nobody shows what it has open: its sockets are those of its user
// that nobody else has, if all such processes of the user are one family.
func TestClientsOfHiddenServers(t *testing.T) {
	hidden := func(user uint32) trait { return func(p *process) { p.hidden, p.User = true, user } }
	tcp := table("1 listens 3306", "2 3306 from 40000", "3 40000 to 3306")
	tcp[1].User, tcp[2].User = 999, 33
	for _, c := range []struct {
		name      string
		processes []*process
		want      map[int]string
	}{
		{"a hidden server", []*process{one(2, 1, shell), one(3, 2, hidden(999)), one(4, 2, has(3))}, map[int]string{3: "4"}},
		{"with workers", []*process{one(2, 1, shell), one(3, 2, hidden(999)), one(5, 3, hidden(999)), one(4, 2, has(3))}, map[int]string{3: "4", 5: "4"}},
		{"behind a wrapper", []*process{one(2, 1, shell), one(3, 2), one(5, 3, hidden(999)), one(4, 2, has(3))}, map[int]string{3: "4", 5: "4"}},
		{"and a hidden client", []*process{one(2, 1, shell), one(3, 2, hidden(999)), one(4, 2, hidden(33))}, map[int]string{3: "4"}},
		{"two servers of one user", []*process{one(2, 1, shell), one(3, 2, hidden(999)), one(5, 2, hidden(999)), one(4, 2, has(3))}, nil},
		{"a server of another user", []*process{one(2, 1, shell), one(3, 2, hidden(1)), one(4, 2, has(3))}, nil},
		{"somebody else has it", []*process{one(2, 1, shell), one(3, 2, hidden(999)), one(4, 2, has(3)), one(6, 2, has(2))}, map[int]string{6: "4"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, p := range connected(tcp, c.processes...).byAge() {
				if got := pids(p.clients); got != c.want[p.PID] {
					t.Errorf("clients of %d: %q, want %q", p.PID, got, c.want[p.PID])
				}
			}
		})
	}
}

// The kernel's table has a socket that listens, one that was accepted there and the client's,
// and a datagram's.
func TestTheTableOfUnixSockets(t *testing.T) {
	path := filepath.Join(t.TempDir(), "stream")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	client, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	server, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	log, err := net.ListenPacket("unixgram", path+".log")
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	logging, err := net.Dial("unixgram", path+".log")
	if err != nil {
		t.Fatal(err)
	}
	defer logging.Close()
	all, user := readUnix(), uint32(os.Getuid())
	for _, want := range []sockets.Unix{
		{Name: path, Inode: inodeOf(t, listener), User: user},
		{Name: path, Inode: inodeOf(t, server), Peer: inodeOf(t, client), User: user},
		{Inode: inodeOf(t, client), Peer: inodeOf(t, server), User: user},
		{Name: path + ".log", Inode: inodeOf(t, log), User: user},
		{Inode: inodeOf(t, logging), Peer: inodeOf(t, log), User: user},
	} {
		if !slices.Contains(all, want) {
			t.Errorf("%+v is missing among %d", want, len(all))
		}
	}
}

// inodeOf is the inode of a socket of Go's.
func inodeOf(t *testing.T, socket any) uint64 {
	t.Helper()
	raw, err := socket.(syscall.Conn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var info syscall.Stat_t
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = syscall.Fstat(int(fd), &info) }); err != nil || failed != nil {
		t.Fatal(err, failed)
	}
	return info.Ino
}

// A server is signalled once its clients have ended, a daemon and what was started in the
// background alike.
func TestServersOutliveTheirClients(t *testing.T) {
	links := table("1 listens 6379", "2 6379 from 40000", "3 40000 to 6379")
	server, client := []trait{answers, has(1, 2)}, []trait{answers, has(3)}
	both := func(server, client []trait) *tree {
		return connected(links, one(2, 1, shell), one(3, 2, server...), one(4, 2, client...))
	}
	climb(t, ladderFor(initbin.TargetAuto, unhandled),
		moment{at: 0, tree: both(server, client), want: "signal 2, signal 4"},
		moment{at: 10 * ms, tree: treeOf(one(3, 1, server...), one(4, 1, client...))},
		moment{at: 14 * time.Second, tree: treeOf(one(3, 1, server...), one(4, 1, append(slices.Clone(client), deaf)...))},
		moment{at: 14_100 * ms, tree: treeOf(one(3, 1, server...)), want: "signal 3"})
	climb(t, ladderFor(initbin.TargetAuto, unhandled),
		moment{at: 0, tree: both(server, client), want: "signal 2, signal 4"},
		moment{at: time.Second, tree: both(server, client)},
		moment{at: 2 * time.Second, tree: treeOf(one(2, 1, shell), one(3, 2, server...)), want: "signal 3"})
	climb(t, ladderFor(initbin.TargetAuto, unhandled),
		moment{at: 0, tree: connected(links, one(2, 1, answers), one(3, 1, server...), one(4, 1, client...)), want: "signal 2"},
		moment{at: time.Second, tree: treeOf(one(3, 1, server...), one(4, 1, client...))},
		moment{at: 2 * time.Second, tree: treeOf(one(3, 1, server...), one(4, 1, client...)), want: "signal 4"},
		moment{at: 3 * time.Second, tree: treeOf(one(3, 1, server...)), want: "signal 3"})
}

// Who waits for nobody: a server whose client ignores the signal, the application of which a
// daemon is a client, everyone at the last call.
func TestServersThatAreNotHeld(t *testing.T) {
	links := table("1 listens 6379", "2 6379 from 40000", "3 40000 to 6379")
	server := []trait{answers, has(1, 2)}
	climb(t, ladderFor(initbin.TargetAuto, unhandled),
		moment{at: 0, tree: connected(links, one(2, 1, shell), one(3, 2, server...), one(4, 2, deaf, has(3))), want: "signal 2, signal 3, signal 4"})
	climb(t, ladderFor(initbin.TargetAuto, unhandled),
		moment{at: 0, tree: connected(links, one(2, 1, shell), one(3, 2, server...), one(10, 1, answers, has(3))), want: "signal 2, signal 3"})
	f := connected(links, one(2, 1, shell), one(3, 2, server...), one(4, 2, answers, has(3)))
	climb(t, ladderFor(initbin.TargetAuto, unhandled),
		moment{at: 0, tree: f, want: "signal 2, signal 4"}, moment{at: 15 * time.Second, tree: f, want: "signal 3"})
}

// The table of IPv6 has the other end of a connection to a server that listens on both.
func TestTheTableOfSockets(t *testing.T) {
	const v4 = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:18EB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 16543 1 0000000000000000 100 0 0 10 0
   1: 0100007F:9C40 0100007F:18EB 01 00000000:00000000 02:00000AF4 00000000     0        0 16600 2 0000000000000000 20 4 30 10 -1
   2: 0100007F:9C42 0100007F:18EB 06 00000000:00000000 03:00000AF4 00000000     0        0 0 3 0000000000000000
   3: 0100007F
`
	const v6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0000000000000000FFFF00000100007F:18EB 0000000000000000FFFF00000100007F:9C40 01 00000000:00000000 02:00000AF4 00000000     0        0 16601 2 0000000000000000 20 4 30 10 -1
`
	var got []string
	for _, s := range append(parseSockets([]byte(v4)), parseSockets([]byte(v6))...) {
		got = append(got, strconv.FormatUint(s.Inode, 10)+" "+s.Local.String()+" "+s.Remote.String()+" "+s.State.String())
	}
	want := []string{
		"16543 127.0.0.1:6379 0.0.0.0:0 LISTEN", "16600 127.0.0.1:40000 127.0.0.1:6379 ESTABLISHED", "16601 127.0.0.1:6379 127.0.0.1:40000 ESTABLISHED",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
