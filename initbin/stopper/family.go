package stopper

import (
	"slices"
)

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

// forking reports whether somebody blocks every signal without waiting for one.
func (f *family) forking() bool {
	for _, p := range f.all {
		if p.BlocksAll() && !p.sigwait {
			return true
		}
	}
	return false
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
