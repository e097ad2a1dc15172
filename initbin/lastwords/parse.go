package lastwords

import (
	"bytes"
	"net/netip"
	"strconv"
	"strings"
)

// call is a system call that a thread is in.
type call struct {
	number int
	args   [6]uint64
}

// parseCall reads /proc/PID/syscall; false for a thread that runs or is in no call.
func parseCall(text []byte) (call, bool) {
	fields := strings.Fields(string(text))
	if len(fields) != 9 {
		return call{}, false
	}
	number, err := strconv.Atoi(fields[0])
	if err != nil || number < 0 {
		return call{}, false
	}
	c := call{number: number}
	for i := range c.args {
		c.args[i], err = strconv.ParseUint(strings.TrimPrefix(fields[1+i], "0x"), 16, 64)
		if err != nil {
			return call{}, false
		}
	}
	return c, true
}

// connection is one line of /proc/net/tcp and its like.
type connection struct {
	local, remote netip.AddrPort
	state         string
	unsent        uint64 // bytes that the peer has not acknowledged
}

// stateName is the name of one of TCP's states, as the kernel numbers them.
func stateName(hex string) string {
	names := [...]string{
		"", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING",
	}
	n, err := strconv.ParseUint(hex, 16, 8)
	if err != nil || int(n) >= len(names) {
		return ""
	}
	return names[n]
}

// parseConnections reads /proc/net/tcp or tcp6 into found, by the sockets' inodes.
func parseConnections(text []byte, found map[string]connection) {
	for line := range bytes.Lines(text) {
		fields := strings.Fields(string(line))
		if len(fields) < 10 {
			continue
		}
		local, ok1 := parseEndpoint(fields[1])
		remote, ok2 := parseEndpoint(fields[2])
		state := stateName(fields[3])
		if !ok1 || !ok2 || state == "" || fields[9] == "0" {
			continue // the heading, a state that is new, a connection that nobody has any more
		}
		queue, _, _ := strings.Cut(fields[4], ":")
		unsent, _ := strconv.ParseUint(queue, 16, 64)
		found[fields[9]] = connection{local, remote, state, unsent}
	}
}

// parseEndpoint reads an address and a port in hexadecimal. Addresses are words of 32 bits in the
// byte order of the machine, which is little-endian wherever softstop runs.
func parseEndpoint(text string) (netip.AddrPort, bool) {
	address, port, found := strings.Cut(text, ":")
	n, err := strconv.ParseUint(port, 16, 16)
	if !found || err != nil || len(address) != 8 && len(address) != 32 {
		return netip.AddrPort{}, false
	}
	var raw []byte
	for at := 0; at < len(address); at += 8 {
		word, err := strconv.ParseUint(address[at:at+8], 16, 32)
		if err != nil {
			return netip.AddrPort{}, false
		}
		raw = append(raw, byte(word), byte(word>>8), byte(word>>16), byte(word>>24))
	}
	ip, ok := netip.AddrFromSlice(raw)
	return netip.AddrPortFrom(ip.Unmap(), uint16(n)), ok
}

// parseUnix reads /proc/net/unix: the path of each socket that has one, by inode.
func parseUnix(text []byte, found map[string]string) {
	for line := range bytes.Lines(text) {
		fields := strings.Fields(string(line))
		if len(fields) >= 8 && fields[6] != "Inode" {
			found[fields[6]] = fields[7]
		}
	}
}

// lock is one line of /proc/locks.
type lock struct {
	id      string // of the lock that is held, also on the lines of those who wait for it
	waiting bool
	pid     int // -1 for a lock of an open file, which has no process
}

// parseLocks reads /proc/locks.
func parseLocks(text []byte) []lock {
	var list []lock
	for line := range bytes.Lines(text) {
		fields := strings.Fields(string(line))
		if len(fields) < 2 {
			continue
		}
		l := lock{id: fields[0], waiting: fields[1] == "->"}
		rest := fields[1:]
		if l.waiting {
			rest = fields[2:]
		}
		if len(rest) < 5 {
			continue
		}
		pid, err := strconv.Atoi(rest[3])
		if err != nil {
			continue
		}
		l.pid = pid
		list = append(list, l)
	}
	return list
}

// holdersOf returns who holds the lock that waiter waits for.
func holdersOf(locks []lock, waiter int) (holders []int) {
	for _, l := range locks {
		if l.waiting && l.pid == waiter {
			for _, held := range locks {
				if !held.waiting && held.id == l.id {
					holders = append(holders, held.pid)
				}
			}
			return holders
		}
	}
	return nil
}
