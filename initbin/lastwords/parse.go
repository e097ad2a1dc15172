package lastwords

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/softstop/softstop/initbin/sockets"
)

// call is a system call that a thread is in.
type call struct {
	number int
	args   [6]uint64
	// narrow says that it is one of a program of 32 bits: its stack and its code are where such a
	// program has them.
	narrow bool
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
	c.narrow = isNarrow(fields[7]) && isNarrow(fields[8])
	return c, true
}

// isNarrow reports whether an address, as "0xffd5e11c", is one of 32 bits.
func isNarrow(address string) bool {
	_, err := strconv.ParseUint(strings.TrimPrefix(address, "0x"), 16, 32)
	return err == nil
}

// connection is one line of /proc/net/tcp and its like.
type connection struct {
	sockets.Socket
	datagrams bool // UDP's
}

// parseConnections reads /proc/net/tcp, udp and their like into found, by the sockets' inodes. Left
// out is the connection that nobody has any more.
func parseConnections(text []byte, datagrams bool, found map[uint64]connection) {
	for line := range bytes.Lines(text) {
		if s, ok := sockets.Parse(line); ok && s.Inode != 0 {
			found[s.Inode] = connection{s, datagrams}
		}
	}
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
