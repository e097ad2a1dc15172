package stopper

import (
	"bytes"
	"io"
	"os"
	"slices"

	"github.com/softstop/softstop/initbin/sockets"

	"golang.org/x/sys/unix"
)

// A server that was started beside the application must outlive it: the application may need it
// to its end, as a broker needs its registry and a worker the store for its results. Who needs
// whom shows in the kernel's tables of connections: the client is at the other end of one that
// leads to a port, or to a Unix socket, on which the server takes them.

// maxTable is how much of a table is read. On the node's network it holds the node's sockets,
// those that listen first.
const maxTable = 1 << 20

// connections are the sockets that the container can see.
type connections struct {
	tcp  []sockets.Socket
	unix []sockets.Unix
}

// readConnections reads the tables, if there can be a connection from one process of the
// container to another. What cannot be read is not there: nobody can connect that way.
func readConnections(t *tree) (c connections) {
	holders := 0
	for _, p := range t.all {
		if p.hidden || len(p.sockets) > 0 {
			holders++
		}
	}
	if holders < 2 {
		return c
	}
	for _, name := range [...]string{"tcp", "tcp6"} {
		file, err := os.Open("/proc/self/net/" + name)
		if err != nil {
			continue
		}
		text, _ := io.ReadAll(io.LimitReader(file, maxTable))
		_ = file.Close()
		c.tcp = append(c.tcp, parseSockets(text)...)
	}
	c.unix = readUnix()
	return c
}

// readUnix asks the kernel for the Unix sockets. It answers before it returns from the question:
// there is nothing to wait for.
func readUnix() (all []sockets.Unix) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return nil
	}
	defer func() { _ = unix.Close(fd) }()
	if _, err := unix.Write(fd, sockets.AskForUnix()); err != nil {
		return nil
	}
	answer := make([]byte, 32<<10) // more than the kernel says at a time
	for read, more := 0, true; more && read < maxTable; {
		n, err := unix.Read(fd, answer)
		if err != nil || n <= 0 {
			return all
		}
		var list []sockets.Unix
		list, more = sockets.ParseUnix(answer[:n])
		all, read = append(all, list...), read+n
	}
	return all
}

// parseSockets reads the lines of a table in which somebody listens or is connected.
func parseSockets(text []byte) (all []sockets.Socket) {
	for line := range bytes.Lines(text) {
		if s, ok := sockets.Parse(line); ok && (s.State == sockets.Established || s.State == sockets.Listen) {
			all = append(all, s)
		}
	}
	return all
}

// link is a connection to a server: its two ends.
type link struct{ server, client end }

// end is a socket, and who has opened it.
type end struct {
	inode uint64
	user  uint32
}

// overTCP are the connections to ports on which somebody listens.
func (c connections) overTCP() (all []link) {
	type ends struct{ local, remote sockets.Endpoint }
	served, connected := map[uint16]bool{}, map[ends]end{}
	for _, s := range c.tcp {
		if s.State == sockets.Listen {
			served[s.Local.Port] = true
		} else {
			connected[ends{s.Local, s.Remote}] = end{s.Inode, s.User}
		}
	}
	for _, s := range c.tcp {
		client, ok := connected[ends{s.Remote, s.Local}]
		if ok && s.State != sockets.Listen && served[s.Local.Port] {
			all = append(all, link{end{s.Inode, s.User}, client})
		}
	}
	return all
}

// overUnix are the connections to Unix sockets that have a name: the client's has none.
func (c connections) overUnix() (all []link) {
	named := map[uint64]end{}
	for _, s := range c.unix {
		if s.Name != "" {
			named[s.Inode] = end{s.Inode, s.User}
		}
	}
	for _, s := range c.unix {
		if server, ok := named[s.Peer]; ok {
			all = append(all, link{server, end{s.Inode, s.User}})
		}
	}
	return all
}

// holders knows who has which socket open.
type holders struct {
	byInode map[uint64][]*process
	// hidden are the processes whose descriptors are not shown, by their user, if they are
	// one family: the init may not look at what another user's have open.
	hidden map[uint32][]*process
}

func (t *tree) holders() holders {
	h := holders{map[uint64][]*process{}, map[uint32][]*process{}}
	for _, p := range t.byAge() {
		for _, inode := range p.sockets {
			h.byInode[inode] = append(h.byInode[inode], p)
		}
		if p.hidden {
			h.hidden[p.User] = append(h.hidden[p.User], p)
		}
	}
	for user, family := range h.hidden {
		for _, p := range family[1:] {
			if !p.below(family[0]) {
				h.hidden[user] = nil // whose it is cannot be told
			}
		}
	}
	return h
}

// of are those who have a socket open.
func (h holders) of(e end) []*process {
	if seen := h.byInode[e.inode]; len(seen) > 0 {
		return seen
	}
	return h.hidden[e.user]
}

// noteClients notes for each process who is connected to it or to somebody below it.
func (t *tree) noteClients(c connections) {
	h := t.holders()
	for _, l := range append(c.overTCP(), c.overUnix()...) {
		for _, server := range h.of(l.server) {
			for _, client := range h.of(l.client) {
				t.noteClient(server, client)
			}
		}
	}
	t.forgetPeers()
}

// noteClient notes a client of p and of all above p, up to whom the client is below as well.
func (t *tree) noteClient(p, client *process) {
	for ; p != nil && p != client && !client.below(p); p = t.all[p.Parent] {
		if !slices.Contains(p.clients, client) {
			p.clients = append(p.clients, client)
		}
	}
}

// forgetPeers forgets the clients of those who need each other, by way of others or not: nobody
// knows whom to begin with.
func (t *tree) forgetPeers() {
	var peers []*process
	for _, p := range t.all {
		if t.waitsFor(p, p, map[*process]bool{}) {
			peers = append(peers, p)
		}
	}
	for _, p := range peers {
		p.clients = nil
	}
}

// waitsFor reports whether target would have to end before p does, if everyone waited for their
// clients: for one of them, or for who ends it.
func (t *tree) waitsFor(p, target *process, seen map[*process]bool) bool {
	if seen[p] {
		return false
	}
	seen[p] = true
	for _, client := range p.clients {
		for above := client; above != nil; above = t.all[above.Parent] {
			if above == target || t.waitsFor(above, target, seen) {
				return true
			}
		}
	}
	return false
}

// isNeeded reports whether a client of m's process is still there, and will end. A daemon does
// not make the application wait, because it waits for the application itself.
func (s *stepping) isNeeded(m *memory) bool {
	for _, id := range m.clients {
		client := s.tree.all[id.pid]
		if client == nil || client.id() != id {
			continue
		}
		if c := s.of(client); !c.ignores && (m.daemon || !c.daemon) {
			return true
		}
	}
	return false
}
