package sockets

// Unix is a Unix socket, as the kernel's sock_diag shows it: /proc/net/unix does not say who is
// connected to whom.
type Unix struct {
	// Name is its path, or begins with a zero byte; a connection that somebody has accepted has
	// the name of the socket that it came in by. Empty for one without, as a client's.
	Name string
	// Inode and Peer are its own number and that of the other end; 0 for none.
	Inode, Peer uint64
	// User is who has opened it. A kernel before 5.3 does not say it: that is Nobody's.
	User uint32
}

// Nobody is a number that no user has.
const Nobody = ^uint32(0)

// The words of sock_diag.
const (
	socketSize    = 16
	socketFamily  = 20 // the type of a message about a socket
	nameAttribute = 0
	peerAttribute = 2
	userAttribute = 7
	shown         = 1<<nameAttribute | 1<<peerAttribute | 1<<6 // and the user
)

// AskForUnix is the message that asks for all Unix sockets of the network namespace.
func AskForUnix() []byte {
	const unixFamily, request, dump = 1, 0x1, 0x300
	return []byte{
		40, 0, 0, 0, socketFamily, 0, request, dump >> 8, 0, 0, 0, 0, 0, 0, 0, 0,
		unixFamily, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, shown, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	}
}

// ParseUnix reads what the kernel has answered at once: the sockets, and whether more follow.
func ParseUnix(answer []byte) (list []Unix, more bool) {
	for len(answer) >= HeaderSize {
		kind, body, rest, ok := NextMessage(answer)
		if !ok || kind != socketFamily {
			return list, false // the end, or an error
		}
		if s, ok := parseUnix(body); ok {
			list = append(list, s)
		}
		answer = rest
	}
	return list, true
}

// parseUnix reads what is said of one socket.
func parseUnix(text []byte) (s Unix, ok bool) {
	if len(text) < socketSize {
		return s, false
	}
	s.Inode, s.User = uint64(Number32(text[4:])), Nobody
	for text = text[socketSize:]; len(text) >= 4; {
		kind, value, rest, ok := NextAttribute(text)
		if !ok {
			return s, false
		}
		switch {
		case kind == nameAttribute:
			s.Name = plainName(value)
		case kind == peerAttribute && len(value) == 4:
			s.Peer = uint64(Number32(value))
		case kind == userAttribute && len(value) == 4:
			s.User = Number32(value)
		}
		text = rest
	}
	return s, true
}

// plainName is a path without the zero byte that may end it. A name that begins with one is no path.
func plainName(value []byte) string {
	if n := len(value); n > 1 && value[0] != 0 && value[n-1] == 0 {
		value = value[:n-1]
	}
	return string(value)
}
