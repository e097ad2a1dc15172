package quiet

import (
	"time"
	"unsafe"

	"github.com/softstop/softstop/initbin/fault"
	"github.com/softstop/softstop/initbin/sockets"

	"golang.org/x/sys/unix"
)

// diag asks the kernel for its sockets, and hears of those that end.
type diag struct {
	asks, hears int // sockets
	buffer      [32 << 10]byte
	ended       []ended
	flood       bool // there were more than could be heard
}

// mostEnded bounds what is kept of connections that have ended.
const mostEnded = 256

func newDiag() (*diag, error) {
	d := &diag{}
	var err error
	if d.asks, err = netlink(0, 0); err == nil {
		const tcp4, tcp6 = 1 << 0, 1 << 2 // of the groups for what ends: SKNLGRP_INET_TCP_DESTROY, SKNLGRP_INET6_TCP_DESTROY
		d.hears, err = netlink(tcp4|tcp6, unix.SOCK_NONBLOCK)
	}
	if err == nil {
		err = d.dump(inet, 1<<sockets.Listen, false, func(record) {})
	}
	return d, err
}

// netlink opens a socket to the kernel that hears of groups. Package unix's own ways to name a peer
// would bring 40 KB with them.
func netlink(groups uint32, flags int) (int, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|flags, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return -1, fault.Wrap("sock_diag", err)
	}
	name := unix.RawSockaddrNetlink{Family: unix.AF_NETLINK, Groups: groups}
	_, _, errno := unix.Syscall(unix.SYS_BIND, uintptr(fd), uintptr(unsafe.Pointer(&name)), unix.SizeofSockaddrNetlink)
	if errno != 0 {
		return -1, fault.Wrap("sock_diag", errno)
	}
	return fd, nil
}

// name is how the report calls it.
func (d *diag) name() string { return "sock_diag" }

func (d *diag) hearsAll() bool { return true }

// listening returns the sockets that listen.
func (d *diag) listening() (list []listener, err error) {
	for _, family := range [...]byte{inet, inet6} {
		err := d.dump(family, 1<<sockets.Listen, false, func(r record) {
			list = append(list, listener{at: r.local, inode: r.inode, user: r.user})
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// look hands the connections to j.
func (d *diag) look(j *judge, p *ports) error {
	const open = 1<<sockets.Established | 1<<sockets.FinWait1 | 1<<sockets.CloseWait | 1<<sockets.LastAck | 1<<sockets.Closing
	for _, family := range [...]byte{inet, inet6} {
		err := d.dump(family, open, true, func(r record) {
			if r.timed && p.has(r.local) {
				j.add(connection{peer: r.remote, port: r.local.Port, state: r.state, sent: r.sent, received: r.received, unsent: r.unsent, unread: r.unread, mute: r.mute})
			}
		})
		if err != nil {
			return err
		}
	}
	d.hear(j.now, p)
	if d.flood {
		d.flood = false
		j.talk("more connections than can be counted")
		j.happened(j.now)
	}
	j.addEnded(d.ended)
	return nil
}

// dump hands each socket of a family in some states to take.
func (d *diag) dump(family byte, states uint32, info bool, take func(record)) error {
	if _, err := unix.Write(d.asks, request(family, states, info)); err != nil {
		return fault.Wrap("sock_diag", err)
	}
	for {
		n, err := unix.Read(d.asks, d.buffer[:])
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return fault.Wrap("sock_diag", err)
		}
		for text := d.buffer[:n]; len(text) > 0; {
			kind, body, rest, ok := sockets.NextMessage(text)
			switch {
			case !ok || kind == failed:
				return fault.New("sock_diag: an error")
			case kind == done:
				return nil
			}
			if r, ok := parseRecord(body); ok {
				take(r)
			}
			text = rest
		}
	}
}

// wait waits until a connection ends, or for so long.
func (d *diag) wait(limit time.Duration) {
	list := [...]unix.PollFd{{Fd: int32(d.hears), Events: unix.POLLIN}}
	_, _ = unix.Poll(list[:], max(0, int(limit.Milliseconds())))
}

// hear takes word of the connections that have ended by now.
func (d *diag) hear(now time.Duration, p *ports) {
	for range mostEnded {
		n, err := unix.Read(d.hears, d.buffer[:])
		if err != nil {
			d.flood = d.flood || err == unix.ENOBUFS
			return
		}
		kind, body, _, ok := sockets.NextMessage(d.buffer[:n])
		if r, ok2 := parseRecord(body); ok && ok2 && kind == byFamily && r.timed && p.has(r.local) {
			d.ended = append(d.ended, ended{peer: r.remote.Address, port: r.local.Port, at: now - min(r.sent, r.received)})
		}
	}
	d.flood = true
}

func (d *diag) forget(before time.Duration) { d.ended = forget(d.ended, before) }

// forget forgets what ended before a time, and what is too much.
func forget(list []ended, before time.Duration) []ended {
	kept := list[:0]
	for _, e := range list[max(0, len(list)-mostEnded):] {
		if e.at >= before {
			kept = append(kept, e)
		}
	}
	return kept
}
