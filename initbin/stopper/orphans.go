package stopper

import (
	"time"

	"github.com/softstop/softstop/initbin/proc"
)

// orphanPause lets an orphan run that was told by a supervisor in its last moment.
const orphanPause = 100 * time.Millisecond

// tellOrphans tells orphans, as soon as nobody else can be about to tell them.
func (s *stepping) tellOrphans() {
	for _, o := range s.family.orphans {
		m := s.of(o)
		if !m.isOrphan {
			m.isOrphan, m.orphaned = true, s.now
		}
		if m.told {
			s.visit(o, m.why)
			continue
		}
		if why := s.whyNow(o, m); why != "" {
			s.visit(o, why)
		}
	}
}

// whyNow says why orphan o may be told now; "" means that it may not.
func (s *stepping) whyNow(o *process, m *memory) string {
	since := m.orphaned
	if m.trusted == nil {
		if !s.main.answers {
			return "orphan that nobody can have told"
		}
		if s.family.main != nil {
			return "" // the main process may know how to stop it, or need it to the end
		}
		since = max(since, s.mainEnded)
	}
	switch {
	case s.now < since+orphanPause:
		return ""
	case o.Switches == m.switches:
		return "orphan that has not run since it was first seen, so it was not told"
	case !s.mayHaveBeenTold(o, m):
		return "orphan out of reach of whom it came from"
	}
	return ""
}

// mayHaveBeenTold reports whether the supervisor that orphan o came from can have told
// it before it ended. A script can reach anybody, and many a program walks the whole tree
// below it; but who died of the signal itself had no say, and some tell their child only.
func (s *stepping) mayHaveBeenTold(o *process, m *memory) bool {
	t := m.trusted
	if t == nil {
		return s.main.shell || s.knownGroup(o)
	}
	return t.shell || !t.died && (m.parent == t || t.kind != proc.Forwarder)
}

// knownGroup reports whether somebody who was in a supervisor's hands shares o's group.
func (s *stepping) knownGroup(o *process) bool {
	for id, m := range s.memories {
		if id != o.id() && m.trusted != nil && m.group == o.Group {
			return true
		}
	}
	return false
}
