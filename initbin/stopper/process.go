package stopper

import (
	"slices"
	"strings"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/proc"
)

// identity names a process for good: pids come back, pids with a start time do not.
type identity struct {
	pid   int
	start uint64
}

// process is one process of the container, as it was at one look.
type process struct {
	proc.Stat
	proc.Status

	command string // argv with spaces, for people
	shell   bool   // a command interpreter
	wrapper proc.Wrapper
	// ownsTerminal says that a child has a terminal that the process itself is not on.
	ownsTerminal bool
	// background is the trace of a shell's background job: SIGINT or SIGQUIT inherited
	// ignored, or a /dev/null of its own as standard input.
	background bool
	// place is where a shell sits in the kernel: system call and stack pointer.
	place string
	// inWait says that a shell sits in its wait builtin for certain.
	inWait bool
	// sigwait says that it waits in sigtimedwait(2).
	sigwait bool
	// stdin, stdout and stderr name the pipes there; empty for anything else.
	stdin, stdout, stderr string
	// fed says that other processes of the container print to standard input.
	fed bool
	// reads are the descriptors, by pipe, of further pipes from which the process reads
	// what other processes of the container print.
	reads map[string]string

	children []*process // youngest last
}

func (p *process) id() identity { return identity{p.PID, p.Start} }

// tellable returns the signal to tell p: the stop signal if p handles it, else SIGTERM,
// which processes that know no other stop signal expect. An interactive shell ignores
// both and ends when its terminal hangs up. Any shell catches SIGINT while it waits for
// a child, only to go on afterwards: its traps are believed in if it catches SIGTERM, too.
func (p *process) tellable(signal int) int {
	const interrupt, terminate, quit = int(initbin.SIGINT), int(initbin.SIGTERM), int(initbin.SIGQUIT)
	shellInFront := p.shell && signal == interrupt && !p.Handles(terminate)
	interactive := p.shell && p.Terminal != 0 && p.Ignores(terminate) && p.Ignores(quit)
	switch {
	case p.Handles(signal) && !shellInFront:
		return signal
	case interactive:
		return int(initbin.SIGHUP)
	}
	return terminate
}

// answers reports whether p does something of its own when it is told to stop.
func (p *process) answers(signal int) bool { return p.Handles(p.tellable(signal)) }

// skipped reports whether p is not told while it has a child, because that would hurt
// the child: some wrappers do, and so does the end of a terminal's session leader, and
// of who gave its child a terminal, as script, expect and sshd do.
func (p *process) skipped() bool {
	leader := p.Terminal != 0 && p.Session == p.PID && !p.Handles(int(initbin.SIGTERM))
	return leader || p.ownsTerminal || p.wrapper == proc.Killer || p.wrapper == proc.Repeater
}

// family is the container's processes at one look, without zombies.
type family struct {
	// ending counts the init's zombies. The watcher reaps them at once, but it cannot
	// while another of their threads is on its way out.
	ending  int
	main    *process   // nil when it has ended
	orphans []*process // the init's other children, oldest first
	all     map[int]*process
}

// newFamily arranges the descendants of self. Left out with all below them are those
// in skip, and orphans of an exec'd session, whose leader lives but is no descendant.
func newFamily(processes []*process, self, main int, skip func(*process) bool) *family {
	below := map[int][]*process{}
	alive := map[int]bool{}
	for _, p := range processes {
		alive[p.PID] = p.State != 'Z'
		below[p.Parent] = append(below[p.Parent], p)
	}
	f := &family{all: map[int]*process{}}
	descends := descendants(below, self)
	for _, p := range below[self] {
		leader := p.Session
		if skip(p) || p.PID != main && alive[leader] && !descends[leader] && leader != self {
			continue
		}
		if p.PID == main && p.State != 'Z' {
			f.main = p
			f.add(p, below)
		} else {
			f.adopt(p, below)
		}
	}
	slices.SortFunc(f.orphans, byAge)
	return f
}

// add takes p and all below it into the family.
func (f *family) add(p *process, below map[int][]*process) {
	f.all[p.PID] = p
	for _, child := range below[p.PID] {
		if child.State == 'Z' {
			f.adopt(child, below)
			continue
		}
		p.children = append(p.children, child)
		p.ownsTerminal = p.ownsTerminal || child.Terminal != 0 && child.Terminal != p.Terminal
		f.add(child, below)
	}
	slices.SortFunc(p.children, byAge)
}

// adopt takes in p as an orphan or, if it is a zombie, its children: they are orphans as
// soon as its last thread has ended.
func (f *family) adopt(p *process, below map[int][]*process) {
	if p.State != 'Z' {
		f.orphans = append(f.orphans, p)
		f.add(p, below)
		return
	}
	f.ending++
	for _, child := range below[p.PID] {
		f.adopt(child, below)
	}
}

// descendants returns the pids of all processes below pid.
func descendants(below map[int][]*process, pid int) map[int]bool {
	found := map[int]bool{}
	queue := []int{pid}
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		for _, p := range below[next] {
			if !found[p.PID] {
				found[p.PID] = true
				queue = append(queue, p.PID)
			}
		}
	}
	return found
}

// byAge orders older processes first.
func byAge(a, b *process) int {
	if a.Start != b.Start {
		if a.Start < b.Start {
			return -1
		}
		return 1
	}
	return a.PID - b.PID
}

// feeders returns the other processes without whom p would have nothing more to do:
// they print to its standard input or, if it does not handle SIGTERM, to any pipe that
// it reads.
func (f *family) feeders(p *process) []*process {
	if p.stdin == "" && len(p.reads) == 0 {
		return nil
	}
	var list []*process
	for _, q := range f.all {
		if q != p && q.feeds(p) {
			list = append(list, q)
		}
	}
	return list
}

// feeds reports whether p is a feeder of reader.
func (p *process) feeds(reader *process) bool {
	for _, out := range [...]string{p.stdout, p.stderr} {
		_, reads := reader.reads[out]
		if out != "" && (out == reader.stdin || reads && !reader.Handles(int(initbin.SIGTERM))) {
			return true
		}
	}
	return false
}

// outputs returns the pipes that members of the family print to, but for those that
// lead out of the container.
func (f *family) outputs(outside ...string) map[string]bool {
	pipes := map[string]bool{}
	for _, p := range f.all {
		pipes[p.stdout], pipes[p.stderr] = true, true
	}
	delete(pipes, "")
	for _, pipe := range outside {
		delete(pipes, pipe)
	}
	return pipes
}

// heir follows the main process through those that do not answer, front, to the one it
// is waiting for: the youngest child that is not a background job. It is nil when the
// main process speaks for itself.
func (f *family) heir(signal int) (p *process, front []*process) {
	p = f.main
	for p != nil && !p.answers(signal) && len(p.children) > 0 {
		next := p.children[len(p.children)-1]
		for _, child := range slices.Backward(p.children) {
			if !child.background {
				next = child
				break
			}
		}
		front = append(front, p)
		p = next
	}
	if p == f.main {
		return nil, nil
	}
	return p, front
}

// who names p for people.
func (p *process) who() string { return "pid " + itoa(p.PID) + " (" + p.label() + ")" }

// label is how people are told about p.
func (p *process) label() string {
	if p.command != "" {
		return p.command
	}
	return "[" + strings.ToValidUTF8(string(p.Name), "?") + "]"
}
