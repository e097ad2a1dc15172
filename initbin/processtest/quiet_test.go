package processtest

import (
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/softstop/softstop/e2e/await"

	"golang.org/x/sys/unix"
)

// stage is a network namespace with an application that listens. The sockets are this program's,
// which plays both the server and its clients; the application in the box has those that listen, too.
type stage struct {
	t                       testing.TB
	four, six, both, others net.Listener
	files                   []*os.File // what the application has open
}

// newStage makes one. The goroutine's thread stays in the namespace, and ends with the test.
func newStage(t testing.TB) *stage {
	t.Helper()
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Fatalf("make a network namespace: %v", err)
	}
	raise(t)
	s := &stage{t: t}
	s.four, s.six = s.listen("tcp4", "127.0.0.1:0"), s.listen("tcp6", "[::1]:0")
	s.both, s.others = s.listen("tcp", "[::]:0"), s.listen("tcp4", "127.0.0.1:0")
	for _, l := range []net.Listener{s.four, s.six, s.both} {
		file, err := l.(*net.TCPListener).File()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { file.Close() })
		s.files = append(s.files, file)
	}
	return s
}

// raise makes the loopback interface work.
func raise(t testing.TB) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		t.Fatal(err)
	}
	lo.SetUint16(unix.IFF_UP)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo); err != nil {
		t.Fatalf("raise the loopback interface: %v", err)
	}
}

func (s *stage) listen(network, address string) net.Listener {
	s.t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { l.Close() })
	return l
}

func port(l net.Listener) string {
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// connect opens a connection from an address, and returns both ends.
func (s *stage) connect(l net.Listener, from, to string) (client, server *net.TCPConn) {
	s.t.Helper()
	d := net.Dialer{}
	if from != "" {
		d.LocalAddr = &net.TCPAddr{IP: net.ParseIP(from)}
	}
	c, err := d.Dial("tcp", net.JoinHostPort(to, port(l)))
	if err != nil {
		s.t.Fatal(err)
	}
	a, err := l.Accept()
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close(); a.Close() })
	return c.(*net.TCPConn), a.(*net.TCPConn)
}

// ask sends a request, which the server reads, and answers if it is to.
func (s *stage) ask(client, server net.Conn, answer bool) {
	s.t.Helper()
	b := make([]byte, 1)
	_, err := client.Write([]byte("?"))
	if err == nil {
		_, err = io.ReadFull(server, b)
	}
	if err == nil && answer {
		if _, err = server.Write([]byte("!")); err == nil {
			_, err = io.ReadFull(client, b)
		}
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// visit is a connection that is over.
func (s *stage) visit(l net.Listener, from, to string) {
	s.t.Helper()
	client, server := s.connect(l, from, to)
	s.ask(client, server, true)
	client.Close()
	_, _ = server.Read(make([]byte, 1)) // the client's end
	server.Close()
}

// drained is what the report says of a drain.
type drained struct {
	Seconds     float64
	Ended, How  string
	Why         string
	Connections int
	Talking     []string
}

// drain stops an application and returns how its drain ended, and the app's messages. During is done once
// somebody observes.
func (s *stage) drain(b build, w world, during func(), flags ...string) drained {
	s.t.Helper()
	path := filepath.Join(s.t.TempDir(), "report")
	x := startIn(s.t, b, setup{world: w, flags: append(flags, "--report", path), command: perl(`$SIG{TERM} = sub { exit 0 }; ready('app'); rest()`), extra: s.files})
	x.out.see(s.t, "app ready")
	x.stop()
	if during != nil {
		seen := false
		await.True(s.t, "somebody observes, or has", func() bool {
			seen = observes(x)
			return seen || isClosed(x.done)
		})
		if seen {
			during()
		}
	}
	x.expect(0)
	text, err := os.ReadFile(path)
	var r struct {
		Phase string
		Drain *drained
	}
	if err2 := json.Unmarshal(text, &r); err != nil || err2 != nil || r.Phase != "done" || r.Drain == nil {
		s.t.Fatalf("the report is %q, %v, %v", text, err, err2)
	}
	return *r.Drain
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// observes reports whether the observer has begun to listen to the kernel: it has looked once, or is
// about to.
func observes(x *box) bool {
	for _, pid := range descendants(x.pid) {
		if !strings.Contains(commandLine(pid), "softstop-stopper mode=3") {
			continue
		}
		links, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/fd/*")
		count := 0
		for _, link := range links {
			if target, _ := os.Readlink(link); strings.HasPrefix(target, "socket:") {
				count++
			}
		}
		return count >= 2
	}
	return false
}

// A drain that nothing ends but its maximum, or but that it is quiet. An hour of quiet is over only
// where nothing has ever happened.
const (
	untilQuiet = "--drain=50ms..24h"
	anHour     = "--quiet=1h"
	aMoment    = "--quiet=100ms"
)

// kind is a kind of connection. It ends the drain, or talks until the maximum.
type kind struct {
	name  string
	begin func(s *stage)
	flags func(s *stage) []string
	talks string // part of what the report says of it
}

// TestKindsOfConnections: what keeps a drain from its end, and what does not.
func TestKindsOfConnections(t *testing.T) {
	quiet := func(flags ...string) func(*stage) []string { return func(*stage) []string { return flags } }
	old := func(s *stage, l net.Listener, to string) { s.ask2(s.connect(l, "", to)) }
	for _, k := range []kind{
		{name: "nobody", begin: func(*stage) {}, flags: quiet(anHour)},
		{name: "kept and idle", begin: func(s *stage) { old(s, s.four, "127.0.0.1") }, flags: quiet(aMoment)},
		{name: "kept and idle, IPv6", begin: func(s *stage) { old(s, s.six, "::1") }, flags: quiet(aMoment)},
		{name: "never used", begin: func(s *stage) { s.connect(s.four, "", "127.0.0.1") }, flags: quiet(aMoment)},
		{name: "a new connection", begin: func(s *stage) { s.connect(s.four, "", "127.0.0.1") }, flags: quiet(anHour), talks: "data a moment ago"},
		{name: "a request that waits", begin: func(s *stage) { c, a := s.connect(s.four, "", "127.0.0.1"); s.later(c, a) }, flags: quiet(aMoment), talks: "waits for its answer"},
		{name: "a first request, sent at once, that waits", begin: func(s *stage) { c, a := s.connect(s.four, "", "127.0.0.1"); s.ask(c, a, false) }, flags: quiet(aMoment), talks: "waits for its answer"},
		{name: "a request that waits, IPv6", begin: func(s *stage) { c, a := s.connect(s.six, "", "::1"); s.later(c, a) }, flags: quiet(aMoment), talks: "[::1]:"},
		{name: "a request that waits, IPv4 on a socket of IPv6", begin: func(s *stage) { c, a := s.connect(s.both, "", "127.0.0.1"); s.later(c, a) }, flags: quiet(aMoment), talks: "127.0.0.1:"},
		{name: "a request that nobody reads", begin: func(s *stage) { c, _ := s.connect(s.four, "", "127.0.0.1"); s.send(c) }, flags: quiet(aMoment), talks: "not been read"},
		{name: "a download that has stalled", begin: func(s *stage) { _, a := s.connect(s.four, "", "127.0.0.1"); s.fill(a) }, flags: quiet(aMoment), talks: "not arrived"},
		{name: "half closed, and waiting", begin: func(s *stage) {
			c, a := s.connect(s.four, "", "127.0.0.1")
			s.later(c, a)
			_ = c.CloseWrite()
		}, flags: quiet(aMoment), talks: "waits for its answer"},
		{name: "left by its client", begin: func(s *stage) { c, a := s.connect(s.four, "", "127.0.0.1"); s.ask(c, a, true); c.Close() }, flags: quiet(aMoment)},
		{name: "another container's", begin: func(s *stage) { c, a := s.connect(s.others, "", "127.0.0.1"); s.later(c, a) }, flags: quiet(anHour)},
		{name: "opened by the container", begin: func(s *stage) { c, _ := s.connect(s.others, "", "127.0.0.1"); s.send(c) }, flags: quiet(anHour)},
		{name: "a Unix socket", begin: func(s *stage) { s.local("unix", filepath.Join(s.t.TempDir(), "socket")) }, flags: quiet(anHour)},
		{name: "UDP", begin: func(s *stage) { s.datagram() }, flags: quiet(anHour)},
	} {
		t.Run(k.name, func(t *testing.T) {
			eachBuild(t, func(t *testing.T, b build) { k.try(t, b, nil) })
		})
	}
}

// try runs a kind; during is what happens while somebody observes.
func (k kind) try(t *testing.T, b build, during func(s *stage)) {
	t.Helper()
	onlyRuntimeFree(t, b, "who observes is the same program")
	if k.talks == "" {
		s := newStage(t)
		k.begin(s)
		if d := s.drain(b, world{}, s.doing(during), append(k.flags(s), untilQuiet)...); d.Ended != "quiet" || d.How != "sock_diag" || len(d.Talking) != 0 || d.Seconds < 0.05 {
			t.Errorf("the drain was %+v", d)
		}
		return
	}
	s := newStage(t)
	k.begin(s)
	s.talks(t, k.talks, func(flags ...string) drained {
		return s.drain(b, world{}, s.doing(during), append(k.flags(s), flags...)...)
	})
}

// talks drains until the report says with whom there were connections at the maximum. On a slow machine
// nobody has looked before it: then it is later.
func (s *stage) talks(t *testing.T, want string, drain func(flags ...string) drained) {
	t.Helper()
	for maximum := 300 * time.Millisecond; ; maximum *= 2 {
		d := drain("--drain=50ms.." + maximum.String())
		switch said := strings.Contains(strings.Join(d.Talking, " "), want); {
		case d.Ended == "maximum" && said:
			return
		case d.Ended != "maximum" || maximum > time.Minute:
			t.Fatalf("the drain was %+v", d)
		}
	}
}

func (s *stage) doing(during func(s *stage)) func() {
	if during == nil {
		return nil
	}
	return func() { during(s) }
}

func (s *stage) ask2(client, server *net.TCPConn) { s.ask(client, server, true) }

// later asks, after an answer, for one that does not come. The kernel's clock of connections must
// move in between.
func (s *stage) later(client, server *net.TCPConn) {
	s.t.Helper()
	s.ask(client, server, true)
	await.True(s.t, "the request came after the answer", func() bool {
		s.ask(client, server, false)
		info := s.info(server)
		return info.Last_data_recv < info.Last_data_sent
	})
}

func (s *stage) info(c *net.TCPConn) (info *unix.TCPInfo) {
	s.t.Helper()
	raw, err := c.SyscallConn()
	if err == nil {
		err = raw.Control(func(fd uintptr) { info, err = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO) })
	}
	if err != nil || info == nil {
		s.t.Fatalf("the state of a connection: %v", err)
	}
	return info
}

// send sends a request.
func (s *stage) send(c net.Conn) {
	s.t.Helper()
	if _, err := c.Write([]byte("?")); err != nil {
		s.t.Fatal(err)
	}
}

// fill writes until nothing more is taken.
func (s *stage) fill(c *net.TCPConn) {
	s.t.Helper()
	raw, err := c.SyscallConn()
	if err != nil {
		s.t.Fatal(err)
	}
	data := make([]byte, 1<<20)
	err = raw.Write(func(fd uintptr) bool {
		for {
			if _, err := unix.Write(int(fd), data); err != nil {
				return true
			}
		}
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// local is a request over a Unix socket that waits for its answer. Its server is the application, too.
func (s *stage) local(network, path string) {
	s.t.Helper()
	l, err := net.Listen(network, path)
	if err != nil {
		s.t.Fatal(err)
	}
	file, err := l.(*net.UnixListener).File()
	if err != nil {
		s.t.Fatal(err)
	}
	s.files = append(s.files, file)
	c, err := net.Dial(network, path)
	if err != nil {
		s.t.Fatal(err)
	}
	s.send(c)
	s.t.Cleanup(func() { c.Close(); l.Close(); file.Close() })
}

// datagram is a request over UDP.
func (s *stage) datagram() {
	s.t.Helper()
	l, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	file, err := l.(*net.UDPConn).File()
	if err != nil {
		s.t.Fatal(err)
	}
	s.files = append(s.files, file)
	c, err := net.Dial("udp4", l.LocalAddr().String())
	if err != nil {
		s.t.Fatal(err)
	}
	s.send(c)
	s.t.Cleanup(func() { c.Close(); l.Close(); file.Close() })
}

// TestVisits: connections that come and go while somebody observes; those that may be probes do
// not count. A request keeps the drain from its end before that; where nothing else is to, its client
// leaves then.
func TestVisits(t *testing.T) {
	unprobed := func(*stage) []string { return []string{anHour} }
	probed := func(s *stage) []string {
		return []string{anHour, "--probes=" + port(s.four) + "/1h," + port(s.six) + "/1h"}
	}
	short := func(s *stage) { s.visit(s.four, "127.0.0.1", "127.0.0.1") }
	for _, k := range []struct {
		kind
		during func(s *stage)
	}{
		{kind{name: "a client", flags: unprobed, talks: "127.0.0.1 on "}, short},
		{kind{name: "a client of a socket of both", flags: unprobed, talks: "127.0.0.1 on "}, func(s *stage) { s.visit(s.both, "", "127.0.0.1") }},
		{kind{name: "a client of IPv6", flags: unprobed, talks: "[::1] on "}, func(s *stage) { s.visit(s.six, "", "::1") }},
		{kind{name: "another container's client", flags: probed}, func(s *stage) { s.visit(s.others, "", "127.0.0.1") }},
		{kind{name: "a probe", flags: probed}, short},
		{kind{name: "who comes more often than the probe", flags: probed, talks: "127.0.0.1 on "}, func(s *stage) { short(s); short(s) }},
		{kind{name: "a client beside the probe", flags: probed, talks: " on "}, func(s *stage) { short(s); s.visit(s.four, "127.0.0.2", "127.0.0.1") }},
		{kind{name: "a client of another port", flags: probed, talks: "127.0.0.1 on "}, func(s *stage) { short(s); s.visit(s.both, "", "127.0.0.1") }},
	} {
		t.Run(k.name, func(t *testing.T) {
			var client, server *net.TCPConn
			k.begin = func(s *stage) { client, server = s.connect(s.six, "", "::1"); s.later(client, server) }
			during := k.during
			if k.talks == "" {
				during = func(s *stage) { k.during(s); client.Close(); server.Close() }
			}
			eachBuild(t, func(t *testing.T, b build) { k.try(t, b, during) })
		})
	}
}

// TestWithoutSockDiag: where the kernel is not to be asked, the tables in /proc are counted; where
// there are none, the minimum counts, and the report says why.
func TestWithoutSockDiag(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		denied := world{Deny: []uint32{unix.SYS_SOCKET}}
		s := newStage(t)
		s.ask2(s.connect(s.four, "", "127.0.0.1"))
		if d := s.drain(b, denied, nil, untilQuiet, aMoment); d.Ended != "quiet" || d.How != "/proc/net/tcp" || d.Connections != 1 {
			t.Errorf("the drain was %+v", d)
		}
		_, a := s.connect(s.six, "", "::1")
		s.fill(a)
		s.talks(t, "[::1]:", func(flags ...string) drained { return s.drain(b, denied, nil, append(flags, aMoment)...) })
		denied.Proc = "none"
		if d := s.drain(b, denied, nil, untilQuiet); d.Ended != "minimum" || d.Why == "" {
			t.Errorf("the drain was %+v", d)
		}
	})
}

// TestAnObserverThatIsKilled: the drain ends at its minimum.
func TestAnObserverThatIsKilled(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		s := newStage(t)
		c, a := s.connect(s.four, "", "127.0.0.1")
		s.later(c, a)
		path := filepath.Join(t.TempDir(), "report")
		x := startIn(t, b, setup{flags: []string{untilQuiet, "--report", path}, command: perl(`$SIG{TERM} = sub { exit 0 }; ready('app'); rest()`), extra: s.files})
		x.out.see(t, "app ready")
		x.stop()
		x.stop()
		if err := unix.Kill(x.find("softstop-stopper mode=3"), unix.SIGKILL); err != nil {
			t.Fatal(err)
		}
		x.expect(0)
		awaitReport(t, path, `"ended":"minimum"`)
	})
}

// TestEndsInItsObservedDrain: whoever ends by itself is not kept by the observer.
func TestEndsInItsObservedDrain(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		for name, command := range map[string]string{
			"alone":            `$SIG{USR1} = sub { exit 3 }; ready('app'); rest()`,
			"leaving somebody": `child(sub { rest() }); $SIG{USR1} = sub { exit 3 }; ready('app'); rest()`,
		} {
			s := newStage(t)
			path := filepath.Join(t.TempDir(), "report")
			x := startIn(t, b, setup{flags: []string{"--drain=23h..24h", "--report", path}, command: perl(command), extra: s.files})
			x.out.see(t, "app ready")
			x.stop()
			x.find("softstop-stopper mode=3")
			x.signal(int(unix.SIGUSR1))
			x.expect(3)
			if text, err := os.ReadFile(path); err != nil || !strings.Contains(string(text), `"drain":{"seconds":`) || strings.Contains(string(text), "ended") {
				t.Errorf("%s: the report is %q, %v", name, text, err)
			}
		}
	})
}
