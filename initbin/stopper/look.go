package stopper

import (
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/softstop/softstop/initbin/fault"
	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/proc"

	"golang.org/x/sys/unix"
)

const (
	// settleTime is how long a process that blocks every signal is taken for one that forks, and
	// a shell that runs for one that will sleep: in processor time, because what takes long on a
	// busy machine is the wait for a processor.
	settleTime = 200 * time.Millisecond
	// maxSettleTime is how long that may take in all, and a part of the stop timeout at most.
	maxSettleTime = 2 * time.Second
)

// looker reads /proc.
type looker struct {
	self, watcher, main int
	// wasShell says that the main process was started as a shell.
	wasShell bool
}

func newLooker(task handover.Task, command []string) looker {
	l := looker{self: os.Getpid(), watcher: os.Getppid(), main: task.Main}
	l.wasShell = startsShell(command, l.watcher)
	return l
}

// settled looks until nobody is in the middle of a fork, where signals are blocked that
// are not handled a moment later, and shells wait for something; or, if that does not end,
// once more than is patient.
func (l looker) settled(patience time.Duration) (*tree, error) {
	began, used := time.Now(), map[identity]uint64{}
	for ; ; time.Sleep(time.Millisecond) {
		t, err := l.look()
		passed := time.Since(began)
		if err != nil || passed >= patience || !t.unsettled(used, passed) {
			return t, err
		}
	}
}

// look reads the container's processes. They change while it reads: who has vanished
// meanwhile is left out.
func (l looker) look() (*tree, error) {
	if self, err := os.Readlink("/proc/self"); err != nil || self != itoa(l.self) {
		return nil, fault.New("there is no /proc of this PID namespace")
	}
	processes, err := l.list()
	for try := 1; try < maxTries && err == nil && lacksParents(processes); try++ {
		processes, err = l.list()
	}
	if err != nil {
		return nil, err
	}
	t := newTree(processes, l.watcher, l.main, isStopper)
	for _, p := range t.all {
		examine(p)
	}
	t.now = ticks()
	t.noteNamespaces()
	t.noteTows()
	outside := map[string]bool{}
	for _, fd := range [...]string{"0", "1", "2"} {
		outside[pipe(l.watcher, fd)] = true
	}
	findPipes(t, outside)
	for _, p := range t.all {
		p.replaced = p == t.main && l.wasShell && !p.shell
		for _, child := range p.children {
			child.job = isJob(child, p)
		}
	}
	return t, nil
}

// list reads where each process stands.
func (l looker) list() ([]*process, error) {
	names, err := readNames("/proc")
	if err != nil {
		return nil, err
	}
	var processes []*process
	for _, name := range names {
		if name[0] < '0' || name[0] > '9' {
			continue
		}
		if p := readProcess(name); p != nil && p.PID != l.self {
			processes = append(processes, p)
		}
	}
	return processes, nil
}

// maxTries is how often a list is read in which parents have vanished meanwhile.
const maxTries = 20

// lacksParents reports whether the parent of a process ended while the list was read: the
// process would be nobody's. One that is outside has no pid here.
func lacksParents(processes []*process) bool {
	there := map[int]bool{0: true}
	for _, p := range processes {
		there[p.PID] = true
	}
	for _, p := range processes {
		if !there[p.Parent] {
			return true
		}
	}
	return false
}

// ticks is the time since boot as process.Start counts it.
func ticks() uint64 {
	var now unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_BOOTTIME, &now) // cannot fail for this clock
	return uint64(now.Nano()) / uint64(tick)
}

func readNames(folder string) ([]string, error) {
	dir, err := os.Open(folder)
	if err != nil {
		return nil, fault.Wrap("look at the processes", err)
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil, fault.Wrap("look at the processes", err)
	}
	return names, nil
}

func file(pid int, name string) string { return "/proc/" + strconv.Itoa(pid) + "/" + name }

// readProcess reads where process name stands; nil if it is gone.
func readProcess(name string) *process {
	text, err := os.ReadFile("/proc/" + name + "/stat")
	if err != nil {
		return nil
	}
	stat, ok := proc.ParseStat(text)
	if !ok || stat.State == 'X' {
		return nil
	}
	return &process{Stat: stat}
}

// isStopper tells our own kind, which is not the container's: it leads a group of its
// own below the watcher, and runs the same program. Before it does so it is a copy of the
// watcher, with its command line; while it starts it has none. A process that ends has neither
// command line nor program: it may be the container's, and somebody's parent.
func isStopper(p *process) bool {
	words := commandLine(p.PID)
	ours, err1 := os.Stat("/proc/self/exe")
	theirs, err2 := os.Stat(file(p.PID, "exe"))
	same := err1 == nil && err2 == nil && os.SameFile(ours, theirs)
	switch {
	case handover.IsStopper(firstWord(words)):
		return p.Group == p.PID && (same || err1 != nil || err2 != nil)
	case words == "":
		return p.Group == p.PID && same
	}
	return same && words == commandLine(p.Parent)
}

func firstWord(words string) string {
	word, _, _ := strings.Cut(words, "\x00")
	return word
}

func commandLine(pid int) string {
	text, _ := os.ReadFile(file(pid, "cmdline"))
	return string(text)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
