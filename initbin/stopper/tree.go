package stopper

import (
	"maps"
	"slices"
	"time"

	"github.com/softstop/softstop/initbin"
)

// tick is the unit of process.Start: the kernel shows 100 a second on every architecture.
const tick = 10 * time.Millisecond

// tree is the container's processes at one look, without zombies.
type tree struct {
	now     uint64 // when the look was, in ticks since boot
	session int    // the init's
	// ending counts the init's zombies. The watcher reaps them at once, but it cannot
	// while another of their threads is on its way out.
	ending  int
	main    *process   // nil when it has ended
	orphans []*process // the init's other children, oldest first
	all     map[int]*process
}

// byAge returns all processes, the oldest first.
func (t *tree) byAge() []*process { return slices.SortedFunc(maps.Values(t.all), byAge) }

// age is how long ago p was started.
func (t *tree) age(p *process) time.Duration {
	if p.Start > t.now {
		return 0
	}
	return time.Duration(t.now-p.Start) * tick
}

// newTree arranges the descendants of self. Left out with all below them are those
// in skip, and orphans of an exec'd session, whose leader lives but is no descendant.
func newTree(processes []*process, self, main int, skip func(*process) bool) *tree {
	below := map[int][]*process{}
	alive := map[int]bool{}
	session := 0
	for _, p := range processes {
		alive[p.PID] = p.State != 'Z'
		if p.PID == self {
			session = p.Session
		}
		below[p.Parent] = append(below[p.Parent], p)
	}
	t := &tree{all: map[int]*process{}, session: session}
	descends := descendants(below, self)
	for _, p := range below[self] {
		leader := p.Session
		if skip(p) || p.PID != main && alive[leader] && !descends[leader] && leader != self {
			continue
		}
		if p.PID == main && p.State != 'Z' {
			t.main = p
			t.add(p, below)
		} else {
			t.adopt(p, below)
		}
	}
	slices.SortFunc(t.orphans, byAge)
	return t
}

// add takes p and all below it into the family.
func (t *tree) add(p *process, below map[int][]*process) {
	t.all[p.PID] = p
	for _, child := range below[p.PID] {
		if child.State == 'Z' {
			t.adopt(child, below)
			continue
		}
		p.children = append(p.children, child)
		p.ownsTerminal = p.ownsTerminal || child.Terminal != 0 && child.Terminal != p.Terminal
		t.add(child, below)
	}
	slices.SortFunc(p.children, byAge)
}

// adopt takes in p as an orphan or, if it is a zombie, its children: they are orphans as
// soon as its last thread has ended.
func (t *tree) adopt(p *process, below map[int][]*process) {
	if p.State != 'Z' {
		t.orphans = append(t.orphans, p)
		t.add(p, below)
		return
	}
	t.ending++
	for _, child := range below[p.PID] {
		t.adopt(child, below)
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

// unsettled reports whether somebody is in the middle of a fork, or a shell on its way from
// one command to the next. That is believed for settleTime: of a process that sleeps it is
// what has passed, of one that runs what it has used. used keeps the processor time of each
// at first sight.
func (t *tree) unsettled(used map[identity]uint64, passed time.Duration) bool {
	found := false
	for _, p := range t.all {
		runs := p.State == 'R'
		if !p.forks() && (!p.shell || !runs) {
			continue
		}
		if _, seen := used[p.id()]; !seen {
			used[p.id()] = p.CPU
		}
		clock := passed
		if runs {
			clock = time.Duration(p.CPU-used[p.id()]) * tick
		}
		found = found || clock < settleTime
	}
	return found
}

// noteNamespaces finds those whose end would end a nested PID namespace: who started it and
// its first process.
func (t *tree) noteNamespaces() {
	for _, p := range t.all {
		for _, child := range p.children {
			if child.Level > p.Level && p.Level > 0 {
				p.holdsNamespace, child.holdsNamespace = true, true
			}
		}
	}
}

// noteTows finds those who stand between one who would take along all below and those who
// handle the signal, as the second shell in script -c "sh -c 'app; true'" does.
func (t *tree) noteTows() {
	for _, p := range t.all {
		if p.takesAlong() {
			p.tow()
		}
	}
}

func (p *process) tow() {
	for _, child := range p.children {
		if !child.inTow && !child.Handles(int(initbin.SIGTERM)) {
			child.inTow = true
			child.tow()
		}
	}
}

// feeders returns the other processes without whom p would have nothing more to do. Those
// below a process that handles SIGTERM are its own affair.
func (t *tree) feeders(p *process) []*process {
	if len(p.reads) == 0 {
		return nil
	}
	var list []*process
	for _, q := range t.all {
		if q != p && q.feeds(p) && (!p.Handles(int(initbin.SIGTERM)) || !q.below(p)) {
			list = append(list, q)
		}
	}
	return list
}

// youngest returns the child that p has started last and that is not a background job, or
// whichever is the youngest; nil if p has none.
func (p *process) youngest() *process {
	if len(p.children) == 0 {
		return nil
	}
	for _, child := range slices.Backward(p.children) {
		if !child.job {
			return child
		}
	}
	return p.children[len(p.children)-1]
}

// application follows the main process to the one whose exit status counts, and returns
// also who stands in front of it and will die of the stop signal. It is nil when the main
// process speaks for itself: it handles the signal, and nobody below it will swallow an
// exit status.
func (t *tree) application(signal int) (p *process, front []*process) {
	p = t.main
	for p != nil && len(p.children) > 0 {
		silent := !p.handlesStop(signal)
		if !silent && !p.passedOver() && !p.leadsToShell(signal) {
			break
		}
		if silent && !p.passedOver() {
			front = append(front, p)
		}
		p = p.youngest()
	}
	if p == t.main {
		return nil, nil
	}
	return p, front
}

// leadsToShell reports whether all that p waits for is a shell without a trap, which will
// die of the signal and take the exit status of its own child along.
func (p *process) leadsToShell(signal int) bool {
	for len(p.children) == 1 {
		p = p.children[0]
		if p.shell && !p.handlesStop(signal) {
			return len(p.children) > 0
		}
	}
	return false
}
