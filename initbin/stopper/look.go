package stopper

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/softstop/softstop/initbin/fault"
	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/proc"
)

// settleTime is how long a process that blocks every signal is taken for one that forks.
const settleTime = 200 * time.Millisecond

// looker reads /proc.
type looker struct {
	self, watcher, main int
}

func newLooker(task handover.Task) looker {
	return looker{self: os.Getpid(), watcher: os.Getppid(), main: task.Main}
}

// settled looks until nobody is in the middle of a fork, where signals are blocked that
// are not handled a moment later; or, if that does not end, once more than is patient.
func (l looker) settled() (*family, error) {
	for end := time.Now().Add(settleTime); ; time.Sleep(time.Millisecond) {
		f, err := l.look()
		if err != nil || !f.forking() || time.Now().After(end) {
			return f, err
		}
	}
}

// look reads the container's processes. They change while it reads: who has vanished
// meanwhile is left out.
func (l looker) look() (*family, error) {
	if self, err := os.Readlink("/proc/self"); err != nil || self != itoa(l.self) {
		return nil, fault.New("there is no /proc of this PID namespace")
	}
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
	f := newFamily(processes, l.watcher, l.main, isStopper)
	for _, p := range f.all {
		examine(p)
	}
	// Who reads what others print shows only in all of a process's descriptors, which may
	// be many: they are looked at only where somebody prints to a pipe inside.
	outputs := f.outputs(pipe(l.watcher, "0"), pipe(l.watcher, "1"), pipe(l.watcher, "2"))
	for _, p := range f.all {
		if len(outputs) > 0 {
			p.reads, p.fed = readPipes(p.PID, outputs), outputs[p.stdin]
		}
		if !p.shell {
			continue
		}
		p.place, p.inWait = placeOf(p.PID)
		for _, child := range p.children {
			child.background = isBackground(child, p)
		}
	}
	return f, nil
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
// watcher, with its command line; while it starts and ends it has none.
func isStopper(p *process) bool {
	words := commandLine(p.PID)
	ours, err1 := os.Stat("/proc/self/exe")
	theirs, err2 := os.Stat(file(p.PID, "exe"))
	same := err1 == nil && err2 == nil && os.SameFile(ours, theirs)
	switch {
	case handover.IsStopper(firstWord(words)):
		return p.Group == p.PID && (same || err1 != nil || err2 != nil)
	case words == "":
		return p.Group == p.PID && (same || errors.Is(err2, os.ErrNotExist))
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
