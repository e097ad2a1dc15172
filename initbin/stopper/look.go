package stopper

import (
	"bytes"
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/softstop/softstop/initbin"
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

// forking reports whether somebody blocks every signal without waiting for one.
func (f *family) forking() bool {
	for _, p := range f.all {
		if p.BlocksAll() && !p.sigwait {
			return true
		}
	}
	return false
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
		p.place, p.inWait = place(p.PID)
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

// examine fills in what p does with signals, what it is and what it is connected to.
func examine(p *process) {
	if text, err := os.ReadFile(file(p.PID, "status")); err == nil {
		p.Status, _ = proc.ParseStatus(text)
	}
	if p.sigwait = inSigwait(p.PID); p.sigwait {
		p.Blocked |= ^p.Ignored
	}
	words, _ := os.ReadFile(file(p.PID, "cmdline"))
	p.command = printable(words)
	first, _, _ := bytes.Cut(words, []byte{0})
	exe, err := os.Readlink(file(p.PID, "exe"))
	if path := []byte(exe); err != nil || proc.IsMulticall(path) {
		// Another user's process, or one program with many names: argv[0] is the
		// interpreter also where a script was started by its name.
		p.shell = proc.IsShell(first) || proc.IsMulticall(first) && isShellApplet(words)
		p.wrapper = proc.WrapperKind(first, words)
	} else {
		p.shell, p.wrapper = proc.IsShell(path), proc.WrapperKind(path, words)
	}
	p.stdin, p.stdout, p.stderr = pipe(p.PID, "0"), pipe(p.PID, "1"), pipe(p.PID, "2")
}

// inSigwait reports whether pid waits in sigtimedwait(2), as tini does: meanwhile the
// kernel shows the signals that it waits for as neither blocked nor caught.
func inSigwait(pid int) bool {
	text, _ := os.ReadFile(file(pid, "wchan"))
	return strings.Contains(string(text), "sigtimedwait")
}

// isShellApplet reports whether a command line reads busybox sh or the like.
func isShellApplet(words []byte) bool {
	parts := bytes.SplitN(words, []byte{0}, 3)
	return len(parts) > 1 && proc.IsShell(parts[1])
}

// printable is a command line for people, on one line and not too long.
func printable(words []byte) string {
	const limit = 200
	text := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(strings.TrimRight(string(words), "\x00"), "?"))
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return text
}

// pipe names the pipe or FIFO behind a descriptor, "" for anything else.
func pipe(pid int, fd string) string {
	var info syscall.Stat_t
	if err := syscall.Stat(file(pid, "fd/"+fd), &info); err != nil || info.Mode&syscall.S_IFMT != syscall.S_IFIFO {
		return ""
	}
	return strconv.FormatUint(info.Dev, 10) + ":" + strconv.FormatUint(info.Ino, 10)
}

// readPipes returns those of pipes that pid reads, with the descriptors, but for its
// standard input.
func readPipes(pid int, pipes map[string]bool) map[string]string {
	fds, err := readNames(file(pid, "fd"))
	if err != nil {
		return nil
	}
	found := map[string]string{}
	for _, fd := range fds {
		if name := pipe(pid, fd); pipes[name] && fd != "0" && isReadOnly(pid, fd) {
			found[name] = fd
		}
	}
	return found
}

// isReadOnly reports whether a descriptor was opened for reading only.
func isReadOnly(pid int, fd string) bool {
	text, err := os.ReadFile(file(pid, "fdinfo/"+fd))
	_, flags, found := strings.Cut(string(text), "flags:\t")
	flags, _, _ = strings.Cut(flags, "\n")
	octal, err2 := strconv.ParseUint(flags, 8, 64)
	return err == nil && found && err2 == nil && octal&syscall.O_ACCMODE == syscall.O_RDONLY
}

// isBackground looks for the traces of a background job of its parent, a shell.
// Without job control a shell starts one with SIGINT and SIGQUIT ignored, and with
// /dev/null as its standard input, opened anew; a program that handles both signals
// erases the first trace only.
func isBackground(p, parent *process) bool {
	for _, signal := range [...]int{int(initbin.SIGINT), int(initbin.SIGQUIT)} {
		if p.Ignores(signal) && !parent.Ignores(signal) {
			return true
		}
	}
	target, err := os.Readlink(file(p.PID, "fd/0"))
	if err != nil || target != os.DevNull {
		return false
	}
	own, err1 := os.ReadFile(file(p.PID, "fdinfo/0"))
	parents, err2 := os.ReadFile(file(p.Parent, "fdinfo/0"))
	return err1 == nil && err2 == nil && !bytes.Equal(own, parents)
}

// place says where a shell sits in the kernel, and whether that is its wait builtin for
// certain: dash and busybox wait for children in another system call there.
func place(pid int) (where string, inWait bool) {
	text, err := os.ReadFile(file(pid, "syscall"))
	if err != nil {
		text, _ = os.ReadFile(file(pid, "wchan"))
		return string(text), strings.Contains(string(text), "sigsuspend")
	}
	fields := strings.Fields(string(text))
	if len(fields) < 3 {
		return string(text), false
	}
	return fields[0] + " " + fields[len(fields)-2], fields[0] == strconv.Itoa(syscall.SYS_RT_SIGSUSPEND)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
