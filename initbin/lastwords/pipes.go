package lastwords

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// mostDescriptors bounds the descriptors of a process that are looked at.
const mostDescriptors = 1024

// descriptorsOf returns what the descriptors of a process are, by their numbers.
func descriptorsOf(pid int) map[string]string {
	folder, err := os.Open(path(pid, "fd"))
	if err != nil {
		return nil
	}
	defer folder.Close()
	names, err := folder.Readdirnames(mostDescriptors)
	if err != nil {
		return nil
	}
	found := map[string]string{}
	for _, name := range names {
		if target, err := os.Readlink(path(pid, "fd/"+name)); err == nil {
			found[name] = target
		}
	}
	return found
}

// holderOf returns who has a descriptor of which is says so, pid itself only if nobody else has; 0 is
// nobody. all says that there was time to look at all of them.
func (l *Looker) holderOf(pid int, is func(other int, fd, target string) bool) (holder int, all bool) {
	for _, other := range l.PIDs {
		if l.Over() {
			return holder, false
		}
		for fd, target := range descriptorsOf(other) {
			if !is(other, fd, target) {
				continue
			}
			if holder = other; other != pid {
				return other, true
			}
		}
	}
	return holder, true
}

// pipe says who holds the other end of a pipe that pid reads from or writes to. A pipe that a
// process has for itself is how its threads and signal handlers talk.
func (l *Looker) pipe(pid int, target, name string, f *finding) string {
	want, does, none := uint64(syscall.O_WRONLY), " writes to", " nobody writes to"
	if f.kind == writing {
		want, does, none = syscall.O_RDONLY, " should read from", " nobody reads from"
	}
	holder, all := l.holderOf(pid, func(other int, fd, to string) bool { return to == target && opened(other, fd, want) })
	switch {
	case holder != 0 && holder != pid:
		return name + " that " + l.Name(holder) + does
	case !all:
		return name
	case holder == pid:
		if f.kind == reading {
			f.kind = threads
		}
		return name + " of its own"
	}
	return name + " that" + none + " in this container"
}

// opened reports whether a descriptor was opened with an access mode, or for both.
func opened(pid int, fd string, mode uint64) bool {
	text, err := os.ReadFile(path(pid, "fdinfo/"+fd))
	_, rest, found := strings.Cut(string(text), "flags:\t")
	digits, _, _ := strings.Cut(rest, "\n")
	flags, err2 := strconv.ParseUint(digits, 8, 64)
	if err != nil || !found || err2 != nil {
		return false
	}
	return flags&syscall.O_ACCMODE == mode || flags&syscall.O_ACCMODE == syscall.O_RDWR
}

// isPipe reports whether a descriptor with a name is that of a named pipe.
func isPipe(pid, fd int) bool {
	var info syscall.Stat_t
	err := syscall.Stat(path(pid, "fd/"+strconv.Itoa(fd)), &info)
	return err == nil && info.Mode&syscall.S_IFMT == syscall.S_IFIFO
}
