package stopper

import (
	"maps"
	"slices"
	"time"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/proc"
)

// ladder decides whom to tell. It remembers what it has seen and said, and does
// nothing itself. Its times count from the beginning of the stop.
type ladder struct {
	signal   int
	target   initbin.Target
	lastCall time.Duration
	memories map[identity]*memory

	main      *memory       // the main process, also when it was gone before the first look
	mainEnded time.Duration // when it was first seen to be gone
	looked    bool          // the first step has been made
}

// memory is what the ladder knows of one process.
type memory struct {
	// answers says that the process did something of its own about the stop signal when
	// it was last seen before it was told: what it does while it stops is another matter.
	answers bool

	told   bool
	toldAt time.Duration
	why    string
	place  string // where a shell sat in the kernel when it was told
	acted  bool   // the shell has moved since
	// trusted is the supervisor in whose hands the process was when it was first seen.
	trusted  *memory
	parent   *memory // its parent at first sight
	group    int     // its process group
	kind     proc.Wrapper
	died     bool // it died of the signal itself, so it cannot have passed it on
	shell    bool
	orphaned time.Duration // when it was first seen as an orphan
	isOrphan bool
	fedUntil time.Duration // when it was last seen with a process writing to it
	switches uint64        // how often it had given up the processor at first sight

	// wrapper is the wrapper that the process was below at first sight, if that is one
	// which is not told.
	wrapper        *memory
	frozen, thawed bool
}

// verb is what is done to a process.
type verb int

const (
	tell   verb = iota // the stop signal
	freeze             // SIGSTOP, for a wrapper that must not act yet
	thaw               // SIGCONT, when nobody it could hurt is left
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
		signal: task.Signal, target: target, memories: map[identity]*memory{},
		main:     &memory{answers: task.Handled, told: task.Told, group: task.Main},
		lastCall: timeout - min(timeout/4, 5*time.Second),
	}
}

// step looks at the family at time now and returns whom to tell. A process is told
// once.
func (l *ladder) step(f *family, now time.Duration) []action {
	l.remember(f, now)
	s := &stepping{ladder: l, family: f, now: now}
	switch {
	case now >= l.lastCall:
		s.everyone("last call")
	case l.target == initbin.TargetAll && !l.looked:
		s.everyone("all are told")
	case l.target == initbin.TargetAuto && f.main != nil:
		s.visit(f.main, "main process")
		s.tellOrphans()
	case l.target == initbin.TargetAuto || f.main == nil:
		s.tellOrphans()
	}
	s.thaw()
	l.looked = true
	return s.actions
}

// remember notes what each process does about the signal and in whose hands it is,
// before anybody ends.
func (l *ladder) remember(f *family, now time.Duration) {
	if f.main != nil {
		if !l.looked {
			l.memories[f.main.id()] = l.main
		}
		l.meet(f.main, hands{})
	} else if l.mainEnded == 0 {
		l.mainEnded = now
	}
	for _, o := range f.orphans {
		l.meet(o, hands{})
	}
	if !l.looked && l.main.told && l.target == initbin.TargetGroup {
		for _, p := range f.all {
			l.of(p).told = p.Group == l.main.group
		}
	}
}

// hands are in whose hands a process is: its parent, its nearest ancestor that answers,
// and the nearest that is not told; nil for none.
type hands struct{ parent, trusted, wrapper *memory }

// meet walks the tree from p down: at first sight it remembers in whose hands each
// process is, and until it is told what it does about the signal.
func (l *ladder) meet(p *process, h hands) {
	m := l.of(p)
	if m.parent == nil && m.trusted == nil && m.wrapper == nil {
		m.parent, m.trusted, m.wrapper = h.parent, h.trusted, h.wrapper
	}
	if m.group = p.Group; !m.told && !m.frozen {
		m.answers, m.shell, m.kind = p.answers(l.signal) && !p.skipped(), p.shell, p.wrapper
	}
	h.parent = m
	if m.answers {
		h.trusted = m
	}
	if p.skipped() {
		h.wrapper = m
	}
	for _, child := range p.children {
		l.meet(child, h)
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
		m = &memory{switches: p.Switches}
		l.memories[p.id()] = m
	}
	return m
}

// stepping is one step in the making.
type stepping struct {
	*ladder
	family  *family
	now     time.Duration
	actions []action
}

func (s *stepping) tell(p *process, why string) {
	m := s.of(p)
	if m.told {
		return
	}
	m.told, m.toldAt, m.why, m.place = true, s.now, why, p.place
	s.actions = append(s.actions, action{tell, p, why})
}

func (s *stepping) everyone(why string) {
	for _, p := range slices.SortedFunc(maps.Values(s.family.all), byAge) {
		s.tell(p, why)
	}
}

// visit tells p, and its children where p does not do that itself. It reports false
// if p is not to be told yet.
func (s *stepping) visit(p *process, why string) bool {
	m := s.of(p)
	if s.held(p) {
		if !m.answers {
			s.visitAll(p.children, "child of a process that reads its output")
		}
		return false
	}
	if p.skipped() && !m.told && (m.frozen || len(p.children) > 0) {
		if p.wrapper == proc.Repeater {
			s.freeze(p, m)
		}
		s.visitAll(p.children, "child of a wrapper that is better not told")
		return true
	}
	s.tell(p, why)
	switch {
	case !m.answers:
		s.visitAll(p.children, "child of a process that does not handle the signal")
	case m.shell:
		s.helpShell(p)
	}
	return true
}

func (s *stepping) visitAll(children []*process, why string) {
	for _, child := range children {
		s.visit(child, why)
	}
}
