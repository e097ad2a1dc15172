package stopper

import (
	"bytes"
	"io"
	"os"
	"slices"

	"github.com/softstop/softstop/initbin/sockets"
)

// A server that was started beside the application must outlive it: the application may need it
// to its end, as a broker needs its registry and a worker the store for its results. Who needs
// whom shows in the table of connections: the client is at the other end of one that leads to
// a port on which the server listens.

// maxTable is how much of the table is read. On the node's network it holds the node's sockets,
// those that listen first.
const maxTable = 1 << 20

// connections reads the tables of TCP sockets, if there can be a connection from one process of
// the container to another.
func connections(t *tree) []sockets.Socket {
	holders := 0
	for _, p := range t.all {
		if len(p.sockets) > 0 {
			holders++
		}
	}
	if holders < 2 {
		return nil
	}
	var all []sockets.Socket
	for _, name := range [...]string{"tcp", "tcp6"} {
		file, err := os.Open("/proc/self/net/" + name)
		if err != nil {
			continue // a kernel without it: nobody can connect that way
		}
		text, _ := io.ReadAll(io.LimitReader(file, maxTable)) // what cannot be read is not there
		_ = file.Close()
		all = append(all, parseSockets(text)...)
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

// noteClients notes for each process who is connected to it or to somebody below it.
func (t *tree) noteClients(table []sockets.Socket) {
	type ends struct{ local, remote sockets.Endpoint }
	holders := map[uint64][]*process{} // by inode
	for _, p := range t.byAge() {
		for _, inode := range p.sockets {
			holders[inode] = append(holders[inode], p)
		}
	}
	served, connected := map[uint16]bool{}, map[ends]uint64{}
	for _, s := range table {
		if held := len(holders[s.Inode]) > 0; held && s.State == sockets.Listen {
			served[s.Local.Port] = true
		} else if held {
			connected[ends{s.Local, s.Remote}] = s.Inode
		}
	}
	for _, s := range table {
		if s.State == sockets.Listen || !served[s.Local.Port] {
			continue
		}
		for _, server := range holders[s.Inode] {
			for _, client := range holders[connected[ends{s.Remote, s.Local}]] {
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
