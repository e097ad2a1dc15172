package lastwords

import (
	"os"
	"strconv"

	"github.com/softstop/softstop/initbin/sockets"
)

// network is what the processes of one network namespace are connected to, by the sockets' inodes.
type network struct {
	tcp  map[uint64]connection
	unix map[string]string
}

// networkOf reads the network that pid sees, once for all who share it.
func (l *Looker) networkOf(pid int) *network {
	namespace, _ := os.Readlink(path(pid, "ns/net")) // hidden, it is taken for the same as others'
	if known := l.networks[namespace]; known != nil {
		return known
	}
	n := &network{tcp: map[uint64]connection{}, unix: map[string]string{}}
	if l.networks == nil {
		l.networks = map[string]*network{}
	}
	l.networks[namespace] = n
	for _, name := range [...]string{"net/tcp", "net/tcp6"} {
		read(path(pid, name), l.Over, func(lines []byte) bool {
			parseConnections(lines, n.tcp)
			return len(n.tcp) < mostEntries
		})
	}
	read(path(pid, "net/unix"), l.Over, func(lines []byte) bool {
		parseUnix(lines, n.unix)
		return len(n.unix) < mostEntries
	})
	return n
}

// socket says what a socket is connected to.
func (l *Looker) socket(pid int, target string) string {
	n := l.networkOf(pid)
	number, _ := sockets.Inode(target)
	if c, ok := n.tcp[number]; ok {
		return c.String()
	}
	if name, ok := n.unix[strconv.FormatUint(number, 10)]; ok {
		return "the Unix socket " + name
	}
	return "a socket"
}

// connections are those that a process has.
func (l *Looker) connections(pid int) (list []connection) {
	var n *network
	for _, target := range descriptorsOf(pid) {
		number, ok := sockets.Inode(target)
		if !ok {
			continue
		}
		if n == nil {
			n = l.networkOf(pid)
		}
		if c, ok := n.tcp[number]; ok {
			list = append(list, c)
		}
	}
	return list
}
