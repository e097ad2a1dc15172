package stopper

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/softstop/softstop/initbin/sockets"
)

// findPipes notes who reads what others print, and who has which sockets. A pipe that leads out of the container is
// none of ours. What a process prints to are its standard output and error, and any named
// pipe; further descriptors of nameless pipes are what it says to its own threads and
// children.
func findPipes(t *tree, outside map[string]bool) {
	open := map[*process]map[string]string{} // descriptors, and the pipe behind each
	printed := map[string]bool{}
	for _, p := range t.all {
		open[p], p.sockets = descriptorsOf(p.PID, outside)
		p.hidden = open[p] == nil && exists(file(p.PID, "fd"))
		p.writes = map[string]bool{}
		for fd, pipe := range open[p] {
			further := fd != "1" && fd != "2"
			if fd == "0" || further && !isNamed(p.PID, fd) || !hasMode(p.PID, fd, syscall.O_WRONLY, syscall.O_RDWR) {
				continue
			}
			p.writes[pipe], printed[pipe] = true, true
		}
	}
	for p, pipes := range open {
		p.reads = map[string]string{}
		for fd, pipe := range pipes {
			stdin := fd == "0" && !hasMode(p.PID, fd, syscall.O_WRONLY)
			if printed[pipe] && (stdin || p.reads[pipe] == "" && hasMode(p.PID, fd, syscall.O_RDONLY)) {
				p.reads[pipe] = fd
			}
		}
	}
}

// descriptorsOf returns the descriptors of pid that are pipes, each with the pipe's name, and
// the inodes of its sockets; nil if they are not shown.
func descriptorsOf(pid int, outside map[string]bool) (found map[string]string, inodes []uint64) {
	fds, err := readNames(file(pid, "fd"))
	if err != nil {
		return nil, nil
	}
	found = map[string]string{}
	for _, fd := range fds {
		target, err := os.Readlink(file(pid, "fd/"+fd))
		if errors.Is(err, syscall.EACCES) {
			return nil, nil
		}
		if inode, ok := sockets.Inode(target); ok {
			inodes = append(inodes, inode)
			continue
		}
		if err != nil || !strings.HasPrefix(target, "pipe:") && (target[0] != '/' || strings.HasPrefix(target, "/dev/")) {
			continue
		}
		if name := pipe(pid, fd); name != "" && !outside[name] {
			found[fd] = name
		}
	}
	return found, inodes
}

// pipe names the pipe or FIFO behind a descriptor, "" for anything else.
func pipe(pid int, fd string) string {
	var info syscall.Stat_t
	if err := syscall.Stat(file(pid, "fd/"+fd), &info); err != nil || info.Mode&syscall.S_IFMT != syscall.S_IFIFO {
		return ""
	}
	return strconv.FormatUint(info.Dev, 10) + ":" + strconv.FormatUint(info.Ino, 10)
}

// isNamed reports whether a descriptor is that of a named pipe.
func isNamed(pid int, fd string) bool {
	target, err := os.Readlink(file(pid, "fd/"+fd))
	return err == nil && strings.HasPrefix(target, "/")
}

// hasMode reports whether a descriptor was opened in one of modes.
func hasMode(pid int, fd string, modes ...uint64) bool {
	flags, ok := openFlags(pid, fd)
	for _, mode := range modes {
		if ok && flags&syscall.O_ACCMODE == mode {
			return true
		}
	}
	return false
}

// openFlags returns the flags of a descriptor as open(2) knows them.
func openFlags(pid int, fd string) (uint64, bool) {
	text, err := os.ReadFile(file(pid, "fdinfo/"+fd))
	_, flags, found := strings.Cut(string(text), "flags:\t")
	flags, _, _ = strings.Cut(flags, "\n")
	octal, err2 := strconv.ParseUint(flags, 8, 64)
	return octal, err == nil && found && err2 == nil
}
