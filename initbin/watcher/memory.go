package watcher

import "github.com/softstop/softstop/initbin/sys"

// stopperMemory is what a stopper may be charged at a memory limit, in bytes: about 1 MiB, and as much
// for what the kernel charges beside it.
const stopperMemory = 2 << 20

// lacksMemory reports whether a stopper could be what takes the container over its memory limit. The
// kernel then kills the application, which may be larger than whoever is offered to it, or with
// memory.oom.group everybody, before anybody could stop well.
func lacksMemory() bool {
	return isFull(sys.Path("/sys/fs/cgroup/memory.max\x00"), sys.Path("/sys/fs/cgroup/memory.current\x00"), sys.Path("/sys/fs/cgroup/memory.stat\x00")) ||
		isFull(sys.Path("/sys/fs/cgroup/memory/memory.limit_in_bytes\x00"), sys.Path("/sys/fs/cgroup/memory/memory.usage_in_bytes\x00"),
			sys.Path("/sys/fs/cgroup/memory/memory.stat\x00"))
}

// isFull reports whether a memory cgroup, whose files have these paths, has less room than a stopper may
// need. What it keeps of files that nobody has used again (inactive_file) the kernel gives back first, and
// the kubelet does not count it either; what is in use (active_file) may be the application's own code. A
// file that is not there says nothing.
func isFull(limit, usage, stat uintptr) bool {
	most, used := readNumber(limit), readNumber(usage)
	if most < 0 || used < 0 {
		return false
	}
	n := max(0, sys.ReadFile(stat, procText[:]))
	return most-used+field(n, "inactive_file ") < stopperMemory
}

// readNumber returns the number that a file begins with, -1 if there is none.
func readNumber(path uintptr) int64 {
	if n := sys.ReadFile(path, procText[:]); n > 0 && isDigit(procText[0]) {
		return number(0, n)
	}
	return -1
}

// field returns the number on the line of procText, which has n bytes, that begins with name; 0 if there
// is no such line.
func field(n int, name string) int64 {
	for at := 0; at+len(name) < n; at++ {
		if at > 0 && procText[(at-1)&4095] != '\n' {
			continue
		}
		if hasPrefix(bytesAsString(procText[at:n]), name) {
			return number(at+len(name), n)
		}
	}
	return 0
}

// number reads the number at a place of procText, which has n bytes.
func number(at, n int) (value int64) {
	for ; at < n && isDigit(procText[at&4095]); at++ {
		value = value*10 + int64(procText[at&4095]-'0')
	}
	return value
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
