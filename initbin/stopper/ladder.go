package stopper

import (
	"time"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/proc"
)

// ladder decides whom to signal. It remembers what it has seen and decided, and does
// nothing itself. Its times count from the beginning of the stop.
type ladder struct {
	signal   int
	target   initbin.Target
	timeout  time.Duration
	lastCall time.Duration
	memories map[identity]*memory

	main      *memory       // the main process, also when it was gone before the first look
	mainEnded time.Duration // when it was first seen to be gone
	looked    bool          // the first step has been made
}

// memory is what the ladder knows of one process.
type memory struct {
	// handles says that the process did something of its own about the stop signal when
	// it was last seen before it was signalled: what it does while it stops is another matter.
	handles bool
	ignores bool // the same for a process that ignores it

	signalled   bool
	signalledAt time.Duration
	why         string
	ran         uint64 // its count of context switches when it was signalled
	still       still

	// What the process was at first sight.
	supervisor *memory // its nearest ancestor that handles the signal; nil for none
	parent     *memory
	wrapper    *memory    // its nearest ancestor that is passed over; nil for none
	switches   uint64     // its count of context switches
	daemon     bool       // it was an orphan, or below one
	clients    []identity // who is connected to it

	group    int // its process group
	kind     proc.Wrapper
	shell    bool
	eager    bool
	died     bool          // it died of the stop signal
	orphaned time.Duration // when it was first seen as an orphan
	isOrphan bool
	fed      bool          // it reads what others print
	fedUntil time.Duration // when it was last seen with somebody who does

	frozen, thawed bool // a wrapper that must not act yet
	// halted says that somebody else had stopped it: what it does about the signal shows only when
	// it goes on.
	halted bool
	trap   trap // a shell with a trap
	trial  trial
	work   work
}

// still is since when a process has not run.
type still struct {
	switches uint64
	since    time.Duration
}

// verb is what is done to a process.
type verb int

const (
	deliver verb = iota // the stop signal
	freeze              // SIGSTOP, for one that must not act yet
	thaw                // SIGCONT
	insist              // SIGTERM, for one that goes on as if nothing had happened
)

// action is one thing to do.
type action struct {
	verb verb
	p    *process
	why  string
}

// newLadder returns a ladder for one task, with timeout until SIGKILL.
func newLadder(task handover.Task, target initbin.Target, timeout time.Duration) *ladder {
	return &ladder{
		signal: task.Signal, target: target, timeout: timeout, memories: map[identity]*memory{},
		main:     &memory{handles: task.Handled, signalled: task.Told, group: task.Main},
		lastCall: time.Duration(handover.LastCall(int64(timeout))),
	}
}

// step looks at the tree at time now and returns whom to signal. A process is signalled
// once.
func (l *ladder) step(t *tree, now time.Duration) []action {
	l.remember(t, now)
	s := &stepping{ladder: l, tree: t, now: now}
	s.watchReaders()
	s.endTrials()
	switch {
	case now >= l.lastCall:
		s.everyone("last call")
	case l.target == initbin.TargetAll && !l.looked:
		s.everyone("all are signalled")
	case l.target == initbin.TargetAuto && t.main != nil:
		s.visit(t.main, "main process")
		s.signalOrphans()
	case l.target == initbin.TargetAuto || t.main == nil:
		s.signalOrphans()
	}
	s.thaw()
	l.looked = true
	return s.actions
}

// remember notes what each process does about the signal and in whose hands it is,
// before anybody ends.
func (l *ladder) remember(t *tree, now time.Duration) {
	if t.main != nil {
		if !l.looked {
			l.memories[t.main.id()] = l.main
		}
		l.meet(t.main, memory{})
	} else if l.mainEnded == 0 {
		l.mainEnded = now
	}
	for _, o := range t.orphans {
		l.meet(o, memory{daemon: true})
	}
	if !l.looked && l.main.signalled && l.target == initbin.TargetGroup {
		for _, p := range t.all {
			l.of(p).signalled = p.Group == l.main.group
		}
	}
}

// meet walks the tree from p down: at first sight it remembers in whose hands each process
// is, which origin says, and until it is signalled what it does about the signal. In the
// middle of a fork it seems to handle all signals; after the first look there is another one.
func (l *ladder) meet(p *process, origin memory) {
	m := l.memories[p.id()]
	if m == nil || m == l.main && !l.looked {
		m = l.of(p)
		m.parent, m.supervisor, m.wrapper, m.daemon = origin.parent, origin.supervisor, origin.wrapper, origin.daemon
		m.switches, m.halted = p.Switches, p.State == 'T'
		m.clients = ids(p.clients)
	}
	if m.group = p.Group; !m.signalled && !m.frozen && (!l.looked || !p.forks()) {
		m.handles, m.shell, m.kind = p.handlesStop(l.signal) && !p.passedOver(), p.shell, p.wrapper
		m.eager, m.ignores = p.eager(), p.Ignores(p.signalFor(l.signal))
	}
	origin.parent = m
	if m.handles {
		origin.supervisor = m
	}
	if p.passedOver() {
		origin.wrapper = m
	}
	for _, child := range p.children {
		l.meet(child, origin)
	}
}

// ended notes the wait status of a child of the init.
func (l *ladder) ended(pid, status int) {
	for id, m := range l.memories {
		if id.pid == pid && status&0x7f == l.signal {
			m.died = true
		}
	}
}

// of returns the memory of p, a new one at first sight.
func (l *ladder) of(p *process) *memory {
	m := l.memories[p.id()]
	if m == nil {
		m = &memory{}
		l.memories[p.id()] = m
	}
	return m
}

// stepping is one step in the making.
type stepping struct {
	*ladder
	tree    *tree
	now     time.Duration
	actions []action
}

// send decides that p gets the stop signal, unless it has been decided before.
func (s *stepping) send(p *process, why string) {
	m := s.of(p)
	if m.signalled {
		return
	}
	m.signalled, m.signalledAt, m.why, m.ran = true, s.now, why, p.Switches
	m.still = still{p.Switches, s.now}
	s.actions = append(s.actions, action{deliver, p, why})
}

func (s *stepping) everyone(why string) {
	for _, p := range s.tree.byAge() {
		s.send(p, why)
	}
}

// visit signals p, and its children where p does not do that itself.
func (s *stepping) visit(p *process, why string) {
	m := s.of(p)
	if s.held(p) {
		if !m.handles {
			s.visitAll(p.children, "child of a process that others need")
		}
		return
	}
	if p.passedOver() && !m.signalled && (m.frozen || len(p.children) > 0) {
		if p.wrapper == proc.Repeater {
			s.freeze(p, m)
		}
		s.visitAll(p.children, "child of a process that would take it along")
		return
	}
	if m.halted && !m.signalled {
		m.halted, m.trial.reached = false, wasSignalled(p)
		m.trial.spared = !m.trial.reached
		s.actions = append(s.actions, action{thaw, p, "it was stopped in the middle of something"})
		return
	}
	if m.handles && !m.signalled && (m.shell || m.eager || p.replaced) {
		s.tryOut(p)
	}
	s.send(p, why)
	switch {
	case !m.handles:
		s.visitAll(p.children, "child of a process that does not handle the signal")
	case s.deaf(p):
		s.visitAll(p.children, "child of a process that blocks the signal")
	case m.shell:
		s.helpShell(p)
	}
}

func (s *stepping) visitAll(children []*process, why string) {
	for _, child := range children {
		s.visit(child, why)
	}
}

// deafTime is how long a signal may be on its way to a process that sleeps.
const deafTime = 40 * time.Millisecond

// deaf reports whether p blocks the signal only to be left alone, as unshare and others do
// that wait for a child: it is still pending, and p sleeps for long enough to have received it.
func (s *stepping) deaf(p *process) bool {
	m := s.of(p)
	if p.State != 'S' || p.Switches != m.still.switches {
		m.still = still{p.Switches, s.now}
	}
	return s.now >= m.still.since+deafTime && p.Awaits(p.signalFor(s.signal))
}
