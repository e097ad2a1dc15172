package quiet

import (
	"time"

	"github.com/softstop/softstop/initbin/sockets"
)

// record is what sock_diag says of one socket: struct inet_diag_msg, and of struct tcp_info when data
// last went out and came in.
type record struct {
	local, remote  sockets.Endpoint
	state          sockets.State
	unread, unsent uint32
	user           uint32
	inode          uint64
	sent, received time.Duration
	timed          bool // sent and received are known
	mute           bool // data has come in, and none has ever gone out
}

// The sizes and places of the kernel's structures, the same on all architectures.
const (
	recordSize  = 72 // struct inet_diag_msg
	requestSize = sockets.HeaderSize + 56
	infoType    = 2 // INET_DIAG_INFO
	sentAt      = 44
	receivedAt  = 52
	inSegments  = 152 // with data; since Linux 4.6
	outSegments = 156
	inet        = 2  // AF_INET
	inet6       = 10 // AF_INET6

	byFamily = 20 // SOCK_DIAG_BY_FAMILY
	failed   = 2  // NLMSG_ERROR
	done     = 3  // NLMSG_DONE
)

// request is the message that asks for the TCP sockets of a family in some states, a bit for each; info
// says whether struct tcp_info is wanted, too.
func request(family byte, states uint32, info bool) []byte {
	const isRequest, isDump, tcp = 1, 0x300, 6
	b := make([]byte, requestSize)
	put32(b, requestSize)
	put16(b[4:], byFamily)
	put16(b[6:], isRequest|isDump)
	b[sockets.HeaderSize], b[sockets.HeaderSize+1] = family, tcp
	if info {
		b[sockets.HeaderSize+2] = 1 << (infoType - 1)
	}
	put32(b[sockets.HeaderSize+4:], states)
	return b
}

// parseRecord reads what sock_diag says of a socket.
func parseRecord(body []byte) (r record, ok bool) {
	if len(body) < recordSize || body[0] != inet && body[0] != inet6 {
		return r, false
	}
	r.state = sockets.State(body[1])
	r.local, r.remote = endpoint(body[0], body[8:24], body[4:6]), endpoint(body[0], body[24:40], body[6:8])
	r.unread, r.unsent = sockets.Number32(body[56:]), sockets.Number32(body[60:])
	r.user, r.inode = sockets.Number32(body[64:]), uint64(sockets.Number32(body[68:]))
	for kind, info, rest, more := sockets.NextAttribute(body[recordSize:]); more; kind, info, rest, more = sockets.NextAttribute(rest) {
		if kind == infoType && len(info) >= receivedAt+4 {
			r.sent, r.received, r.timed = age(info[sentAt:]), age(info[receivedAt:]), true
			if len(info) >= outSegments+4 {
				r.mute = sockets.Number32(info[inSegments:]) > 0 && sockets.Number32(info[outSegments:]) == 0
			}
		}
	}
	return r, true
}

func age(field []byte) time.Duration {
	return time.Duration(sockets.Number32(field)) * time.Millisecond
}

// endpoint is an address and a port as they are on the wire.
func endpoint(family byte, address, port []byte) sockets.Endpoint {
	e := sockets.Endpoint{Port: uint16(port[0])<<8 | uint16(port[1])}
	if family == inet {
		e.Address = [16]byte{10: 0xff, 11: 0xff}
		copy(e.Address[12:], address)
	} else {
		copy(e.Address[:], address)
	}
	return e
}
