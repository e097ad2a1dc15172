package stopper

import (
	"slices"
	"time"

	"github.com/softstop/softstop/initbin"
)

// A shell with a trap runs it at once when it sits in its wait builtin; behind a command in
// the foreground it only notes that the signal came. From outside both look the same: the
// shell wakes up and sleeps again. What differs is what it has done meanwhile. So its
// children are stopped, for some milliseconds, while it receives the signal: a signal that a
// trap sends to one of them stays pending there, and shows.

// trialTime is how long children are stopped at most, and until when a shell may wait for a
// processor to receive the signal. One that has used a processor for settleTime by itself is
// running its trap.
const trialTime = 2 * time.Second

// exitTime is how long children are stopped at most while a trap runs and waits: a command in
// it may need one of them.
const exitTime = 200 * time.Millisecond

// dieTime is what an eager program takes to die of the signal, at least.
const dieTime = 10 * time.Millisecond

// Of a program in a language whose runtime catches the signal whatever its author wrote, the
// same way shows whether it signals its children before it dies; and of a program that has
// replaced a shell, whether it knows the children that the shell has left to it.

// trap is what is known of a shell's trap.
type trap struct {
	// What the shell was when it was signalled.
	place    string
	reaped   uint64
	used     uint64 // processor time
	children []identity

	watched bool       // there may be a trap
	ran     bool       // the trap has run, or has begun to
	behind  bool       // it could not, because of a command in the foreground
	front   []identity // that command, or the pipeline
	command string     // the command line of its last process
}

// trial is what is known of a process whose parent, or nearest ancestor that handles the
// signal, is being signalled.
type trial struct {
	parent   identity // none when it is over, or has not been
	began    time.Duration
	switches uint64 // the child's count of context switches then
	// reached says that its parent signalled it; spared that it did not, and has ended, or is a
	// program that has replaced a shell.
	reached, spared bool
}

// runs reports whether the trial goes on.
func (t trial) runs() bool { return t.parent != identity{} }

// tryOut notes where a shell with a trap is, or another parent that is to show what it does,
// just before it is signalled, and stops those of its children that must not be signalled
// twice, unless it would notice.
func (s *stepping) tryOut(shell *process) {
	m := s.of(shell)
	m.trap = trap{watched: true, place: shell.place, reaped: shell.Reaped, used: shell.CPU, children: ids(shell.children)}
	s.stopBelow(shell, shell)
}

// stopBelow stops the children of p while parent, which is p or above it, is tried out, and, where
// it is no shell, also those below children that do not handle the signal: it signals these
// only, or walks the whole tree below it. Who would see that it goes on again is not stopped.
func (s *stepping) stopBelow(p, parent *process) {
	for _, child := range p.children {
		c := s.of(child)
		c.trial.switches = child.Switches
		switch {
		case !c.handles && !s.of(parent).shell:
			s.stopBelow(child, parent)
		case !c.handles, c.signalled, c.frozen, child.State == 'T', child.Catches(int(initbin.SIGCONT)), child.noticedBy(p), s.hangsUp(child):
		default:
			c.trial.parent, c.trial.began = parent.id(), s.now
			s.actions = append(s.actions, action{freeze, child, "to see whether its parent signals it"})
		}
	}
}

// hangsUp reports whether the kernel would send p SIGHUP, if its parent ended while p is stopped:
// its process group would have nobody above it in its session any more. A session's leader has
// nobody above it from the beginning.
func (s *stepping) hangsUp(p *process) bool {
	return p.Session != s.tree.session && p.Session != p.PID
}

// helpShell looks after a shell with a trap that has been signalled. If the trap has run, its
// children are its own affair. If it is behind a command in the foreground, that command is
// signalled in its place, unless it is a step that may come to its end.
func (s *stepping) helpShell(shell *process) {
	m := s.of(shell)
	s.watchTrap(shell, m)
	if m.trap.goesOn(shell) {
		s.actions = append(s.actions, action{insist, shell, "shell that starts again what was ended in its place"})
		s.visitAll(shell.children, "child of a shell that goes on")
		m.trap.command = ""
	}
	if m.trap.ran || !m.trap.behind {
		return
	}
	front := s.front(shell, m)
	if len(front) == 0 {
		m.trap.ran = true
		return
	}
	if s.mayFinish(shell, front) {
		return
	}
	for _, p := range front {
		s.visit(p, "command in front of a trap")
	}
}

// goesOn reports whether shell starts the command again that was ended in its place: it has no
// trap. Bash catches SIGINT while it waits for a command, and drops it if the command does not
// die of it. SIGTERM ends such a shell.
func (t *trap) goesOn(shell *process) bool {
	return t.behind && t.ran && t.command != "" && len(shell.children) > 0 && !shell.Handles(int(initbin.SIGTERM)) &&
		!slices.Contains(t.children, last(shell).id()) && last(shell).command == t.command
}

// watchTrap decides whether the trap of a signalled shell has run.
func (s *stepping) watchTrap(shell *process, m *memory) {
	t := &m.trap
	if t.ran || s.now == m.signalledAt {
		return
	}
	moved := shell.place != "" && t.place != "" && shell.place != t.place
	if t.behind {
		t.ran = moved || len(shell.children) > 0 && !slices.Contains(t.children, last(shell).id())
		return
	}
	changed := moved || shell.Reaped != t.reaped || !slices.Equal(ids(shell.children), t.children)
	received := shell.Switches != m.ran && !shell.Awaits(shell.signalFor(s.signal))
	switch {
	case changed || s.anyReached(shell):
		t.ran = true
	case !received:
	case shell.State != 'S':
		t.ran = t.computes(shell) || s.now >= m.signalledAt+trialTime
	case s.isTested(shell) || s.now >= m.signalledAt+deafTime && !s.of(last(shell)).trial.runs():
		t.front = s.foreground(shell)
		if t.behind, t.ran = len(t.front) > 0, len(t.front) == 0; t.behind {
			t.command = last(shell).command
		}
	}
}

// isTested reports whether the youngest child of a shell that sleeps after its signal shows
// whether the shell has signalled it: it is stopped, or does not handle the signal and so
// would be dead, or has slept all the time.
func (s *stepping) isTested(shell *process) bool {
	if len(shell.children) == 0 {
		return true
	}
	child := last(shell)
	c := s.of(child)
	slept := child.State == 'S' && child.Switches == c.trial.switches
	return !c.handles || slept || c.trial.runs() && child.State == 'T'
}

// inTrial reports whether a shell has just been signalled: the next look must come soon.
func (l *ladder) inTrial(now time.Duration) bool {
	for _, m := range l.memories {
		waits := m.signalled && m.shell && m.trap.watched && !m.trap.ran && !m.trap.behind
		if m.trial.runs() || waits && now < m.signalledAt+deafTime {
			return true
		}
	}
	return false
}

// anyReached reports whether a signal waits, or has waited, in one of the stopped children.
func (s *stepping) anyReached(shell *process) bool {
	for _, child := range shell.children {
		if t := s.of(child).trial; t.reached || t.runs() && wasSignalled(child) {
			return true
		}
	}
	return false
}

// foreground returns the command that a shell waits for, a pipeline's readers first: its
// youngest child, because a shell starts nobody while it waits for a command, and those
// that print into it. There is none if that child is a background job, or may have been
// signalled.
func (s *stepping) foreground(shell *process) []identity {
	if len(shell.children) == 0 {
		return nil
	}
	if last(shell).job || !s.isTested(shell) {
		return nil
	}
	list := []*process{last(shell)}
	for i := 0; i < len(list); i++ {
		for _, child := range slices.Backward(shell.children) {
			if child.feeds(list[i]) && !child.job && !slices.Contains(list, child) {
				list = append(list, child)
			}
		}
	}
	return ids(list)
}

// front returns those of the command in the foreground that are still there.
func (s *stepping) front(shell *process, m *memory) []*process {
	var list []*process
	for _, id := range m.trap.front {
		for _, child := range shell.children {
			if child.id() == id {
				list = append(list, child)
			}
		}
	}
	return list
}

// endTrials lets stopped children go on as soon as it is known what their shell did.
func (s *stepping) endTrials() {
	for _, p := range s.tree.byAge() {
		t := &s.of(p).trial
		if !t.runs() {
			continue
		}
		parent := s.tree.all[t.parent.pid]
		if parent != nil && parent.id() != t.parent {
			parent = nil // another with its pid
		}
		if parent != nil && s.isUndecided(parent) && s.now < t.began+trialTime {
			continue
		}
		t.reached = wasSignalled(p)
		t.spared = (s.tree.all[p.Parent] == nil || parent != nil && parent.replaced) && p.State == 'T' && !t.reached
		t.parent = identity{}
		s.actions = append(s.actions, action{thaw, p, "what its parent did is known"})
	}
}

// isUndecided reports whether a parent that was signalled has yet to show what it does.
func (s *stepping) isUndecided(parent *process) bool {
	m := s.of(parent)
	switch {
	case s.anyReached(parent) || m.trap.behind:
		return false
	case !m.shell:
		return s.now < m.signalledAt+dieTime || !s.asleep(parent)
	case !m.trap.ran:
		return true
	}
	// The trap runs, and may be the end of the shell.
	var command *process // of the trap
	if n := len(parent.children); n > 0 && !slices.Contains(m.trap.children, last(parent).id()) {
		command = last(parent)
	}
	limit := exitTime
	if !m.trap.computes(parent) && (parent.State == 'R' || command != nil && command.State == 'R') {
		limit = trialTime // it waits for a processor, not for a child that is stopped
	}
	return (command != nil || !s.asleep(parent)) && s.now < m.signalledAt+limit
}

// computes reports whether the shell has used a processor for so long since it was signalled
// that it does not wait for one.
func (t *trap) computes(shell *process) bool {
	return time.Duration(shell.CPU-t.used)*tick >= settleTime
}

// last is a parent's youngest child.
func last(p *process) *process { return p.children[len(p.children)-1] }

// asleep reports whether p has received the signal and sleeps.
func (s *stepping) asleep(p *process) bool {
	return p.State == 'S' && !p.Awaits(p.signalFor(s.signal))
}

// wasSignalled reports whether a signal that people send waits in p.
func wasSignalled(p *process) bool {
	for _, signal := range [...]initbin.Signal{initbin.SIGTERM, initbin.SIGINT, initbin.SIGQUIT, initbin.SIGHUP, initbin.SIGUSR1, initbin.SIGUSR2, initbin.SIGWINCH} {
		if p.Awaits(int(signal)) {
			return true
		}
	}
	return p.Awaits(int(initbin.SIGKILL))
}

func ids(list []*process) []identity {
	var found []identity
	for _, p := range list {
		found = append(found, p.id())
	}
	return found
}
