package lastwords

import (
	"os"
	"strconv"
	"strings"

	"github.com/softstop/softstop/initbin/sockets"
)

// network is what the processes of one network namespace are connected to, by the sockets' inodes.
type network struct {
	inet map[uint64]connection
	unix map[string]string
}

// networkOf reads the network that pid sees, once for all who share it.
func (l *Looker) networkOf(pid int) *network {
	namespace, _ := os.Readlink(path(pid, "ns/net")) // hidden, it is taken for the same as others'
	if known := l.networks[namespace]; known != nil {
		return known
	}
	n := &network{inet: map[uint64]connection{}, unix: map[string]string{}}
	if l.networks == nil {
		l.networks = map[string]*network{}
	}
	l.networks[namespace] = n
	for _, name := range [...]string{"net/tcp", "net/tcp6", "net/udp", "net/udp6"} {
		read(path(pid, name), l.Over, func(lines []byte) bool {
			parseConnections(lines, strings.HasPrefix(name, "net/udp"), n.inet)
			return len(n.inet) < mostEntries
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
	if c, ok := n.inet[number]; ok {
		return c.String()
	}
	if text := l.unixSocket(pid, number); text != "" {
		return text
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
		if c, ok := n.inet[number]; ok {
			list = append(list, c)
		}
	}
	return list
}

// unixSocket says what a Unix socket is called and who has its other end; "" for what is none.
func (l *Looker) unixSocket(pid int, number uint64) string {
	s, ok := l.unixSockets()[number]
	if !ok {
		return ""
	}
	text := "a Unix socket"
	if name := or(s.Name, l.unix[s.Peer].Name); name != "" {
		text = "the Unix socket " + name
	}
	switch holder := l.peerOf(pid, s); {
	case holder == pid:
		return text + " of its own"
	case holder != 0:
		return text + " of " + l.Name(holder)
	}
	return text
}

// unixSockets are all, by their inodes.
func (l *Looker) unixSockets() map[uint64]sockets.Unix {
	if l.unix == nil {
		l.unix = map[uint64]sockets.Unix{}
		if l.Unix != nil {
			for _, s := range l.Unix() {
				l.unix[s.Inode] = s
			}
		}
	}
	return l.unix
}

// peerOf returns who has the socket at the other end open, pid itself only if nobody else has; 0 is
// nobody.
func (l *Looker) peerOf(pid int, s sockets.Unix) int {
	if s.Peer == 0 {
		return 0
	}
	holder, _ := l.holderOf(pid, func(_ int, _, target string) bool {
		number, ok := sockets.Inode(target)
		return ok && number == s.Peer
	})
	return holder
}

// unixConnections says of a process without others which connection by a Unix socket it has, or on
// which it waits for some.
func (l *Looker) unixConnections(pid int) (text string) {
	for _, target := range descriptorsOf(pid) {
		number, ok := sockets.Inode(target)
		s, known := l.unixSockets()[number]
		switch {
		case !ok || !known:
		case s.Peer == 0 && s.Name != "" && text == "":
			text = " on the Unix socket " + s.Name
		case s.Peer != 0:
			if holder := l.peerOf(pid, s); holder != 0 && holder != pid {
				return "; it has a connection with " + l.unixSocket(pid, number)
			}
		}
	}
	return text
}
