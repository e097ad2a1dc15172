package lastwords

import (
	"os"
	"strconv"
	"strings"

	"github.com/softstop/softstop/initbin/proc"
	"github.com/softstop/softstop/initbin/sockets"
)

// Looker looks at the processes of one container.
type Looker struct {
	// PIDs are all of them, for the other ends of pipes.
	PIDs []int
	// Children are those of each, the oldest first.
	Children func(pid int) []int
	// Name names one for people, as in "pid 9 (cat)".
	Name func(pid int) string
	// Over reports whether there is no more time to look.
	Over func() bool

	// Unix lists the Unix sockets, with who is connected to whom; nil where nobody can say.
	Unix func() []sockets.Unix

	// What has been read already. The container's processes share a network as a rule; networks
	// holds what each sees.
	networks map[string]*network
	unix     map[uint64]sockets.Unix
	locks    []lock
	locked   bool
}

// Words are what was found out about a process.
type Words struct {
	// Waits says what it waits for, to stand behind its name; "" if there was no time.
	Waits string
	// Thread is the thread that this is about: the pid's own, or another of it.
	Thread int
}

// mostThreads bounds the threads of a process that are looked at.
const mostThreads = 64

// Of says what a process waits for.
func (l *Looker) Of(pid int) Words {
	threads, total := threadsOf(pid)
	best, whose, said := finding{}, 0, false
	for _, tid := range threads {
		if l.Over() {
			break
		}
		f := l.thread(pid, tid)
		f.threads = total
		if !said || f.kind > best.kind {
			best, whose, said = f, tid, true
		}
	}
	if !said {
		return Words{}
	}
	text := best.sentence()
	if whose != pid {
		if name, err := os.ReadFile(path(pid, "task/"+strconv.Itoa(whose)+"/comm")); err == nil {
			text += " (in its thread " + strings.TrimSpace(string(name)) + ")"
		}
	}
	return Words{Waits: text, Thread: whose}
}

// thread looks at one thread.
func (l *Looker) thread(pid, tid int) finding {
	folder := "task/" + strconv.Itoa(tid) + "/"
	f := finding{state: stateOf(pid, folder)}
	place, _ := os.ReadFile(path(pid, folder+"wchan"))
	f.place = strings.TrimSpace(string(place))
	text, err := os.ReadFile(path(pid, folder+"syscall"))
	if err != nil {
		f.hidden, f.kind = true, kindOfPlace(f.place)
		return f
	}
	c, ok := parseCall(text)
	switch {
	case ok:
		f.kind = kindOf(c)
	case f.state == 'R':
		f.kind = running
	}
	if ok && f.kind == unknown {
		goesOn := c.goesOn()
		c, f.kind = call{args: [6]uint64{^uint64(0)}}, kindOfPlace(f.place) // no descriptor is known
		if f.kind == unknown && goesOn {
			f.kind = sleeping
		}
	}
	l.object(pid, tid, c, &f)
	return f
}

// object finds out what a call is about.
func (l *Looker) object(pid, tid int, c call, f *finding) {
	switch f.kind {
	case reading, writing, connecting, accepting, syncing:
		l.descriptor(pid, int(int32(c.args[0])), f)
	case locking:
		f.object = l.lockOf(pid, tid, int(int32(c.args[0])))
	case children:
		f.object = l.childOf(pid)
	case events:
		if f.object = together(l.connections(pid)); f.object == "" {
			f.object = l.unixConnections(pid)
		}
	case unknown, threads, sleeping, signals, messages, semaphores, running, opening:
	}
}

// descriptor says what a descriptor of pid is.
func (l *Looker) descriptor(pid, fd int, f *finding) {
	target, err := os.Readlink(path(pid, "fd/"+strconv.Itoa(fd)))
	switch {
	case err != nil:
	case strings.HasPrefix(target, "socket:["):
		f.object = l.socket(pid, target)
	case strings.HasPrefix(target, "pipe:["):
		f.object = l.pipe(pid, target, "a pipe", f)
	case strings.HasPrefix(target, "anon_inode:"):
		f.kind, f.object = own(strings.TrimPrefix(target, "anon_inode:"))
	case target[0] == '/' && isPipe(pid, fd):
		f.object = l.pipe(pid, target, target, f)
	default:
		f.object = target
	}
}

// own says what it is about where a process reads from what it has made for itself.
func own(name string) (k kind, object string) {
	switch name {
	case "[timerfd]":
		return sleeping, ""
	case "[signalfd]":
		return signals, ""
	case "inotify", "[fanotify]":
		return events, " in files (" + strings.Trim(name, "[]") + ")"
	case "[eventfd]":
		return threads, "eventfd"
	}
	return events, ""
}

// childOf says which child a process that waits for children has.
func (l *Looker) childOf(pid int) string {
	list := l.Children(pid)
	switch len(list) {
	case 0:
		return ""
	case 1:
		return "its child " + l.Name(list[0])
	}
	return "one of its " + strconv.Itoa(len(list)) + " children, as " + l.Name(list[len(list)-1])
}

// lockOf says which lock a thread waits for, and who holds it.
func (l *Looker) lockOf(pid, tid, fd int) string {
	if !l.locked {
		l.locks, l.locked = l.readLocks(), true
	}
	text := ""
	target, err := os.Readlink(path(pid, "fd/"+strconv.Itoa(fd)))
	if err == nil {
		text = " on " + target
	}
	holders := holdersOf(l.locks, pid)
	if len(holders) == 0 {
		holders = holdersOf(l.locks, tid)
	}
	if len(holders) == 0 || holders[0] <= 0 {
		if holder := l.lockedBy(target, pid); holder != 0 {
			holders = []int{holder}
		}
	}
	switch {
	case len(holders) == 0:
		return text
	case holders[0] <= 0:
		return text + " that somebody holds"
	}
	return text + " that " + l.Name(holders[0]) + " holds"
}

// lockedBy returns who, beside waiter, has locked the file by a descriptor of its own: a lock of an
// open file has no process in the kernel's list. 0 is nobody.
func (l *Looker) lockedBy(target string, waiter int) int {
	holder, _ := l.holderOf(waiter, func(pid int, fd, to string) bool {
		if to != target || pid == waiter {
			return false
		}
		text, err := os.ReadFile(path(pid, "fdinfo/"+fd))
		return err == nil && strings.Contains(string(text), "\nlock:")
	})
	return holder
}

func (l *Looker) readLocks() (list []lock) {
	read("/proc/locks", l.Over, func(text []byte) bool {
		list = append(list, parseLocks(text)...)
		return len(list) < mostEntries
	})
	return list
}

// threadsOf lists the first threads of a process, its own first, and says how many there are.
func threadsOf(pid int) (list []int, total int) {
	folder, err := os.Open(path(pid, "task"))
	if err != nil {
		return nil, 0
	}
	defer folder.Close()
	names, err := folder.Readdirnames(-1)
	if err != nil {
		return nil, 0
	}
	list = append(list, pid)
	for _, name := range names {
		if tid, err := strconv.Atoi(name); err == nil && tid != pid && len(list) < mostThreads {
			list = append(list, tid)
		}
	}
	return list, len(names)
}

func stateOf(pid int, folder string) byte {
	text, _ := os.ReadFile(path(pid, folder+"stat"))
	stat, _ := proc.ParseStat(text)
	return stat.State
}

func path(pid int, name string) string { return "/proc/" + strconv.Itoa(pid) + "/" + name }
