package stopper

import (
	"time"

	"github.com/softstop/softstop/initbin/proc"
)

// orphanPause lets an orphan run that was signalled by a supervisor in its last moment.
const orphanPause = 100 * time.Millisecond

// signalOrphans signals orphans, as soon as nobody else can be about to do so or to need them.
func (s *stepping) signalOrphans() {
	for _, o := range s.tree.orphans {
		m := s.of(o)
		if !m.isOrphan {
			m.isOrphan, m.orphaned = true, s.now
		}
		if m.signalled {
			s.visit(o, m.why)
			continue
		}
		if why := s.whyNow(o, m); why != "" {
			s.visit(o, why)
		}
	}
}

// whyNow says why orphan o may be signalled now; "" means that it may not.
func (s *stepping) whyNow(o *process, m *memory) string {
	switch {
	case m.trial.spared:
		return "orphan that its parent did not signal"
	case m.trial.reached || m.trial.runs():
		return ""
	}
	since := m.orphaned
	if m.supervisor == nil {
		switch {
		case s.applicationLives():
			return "" // it may need the orphan to its end, or know how to stop it
		case !s.main.handles:
			return "orphan that nobody can have signalled"
		}
		since = max(since, s.mainEnded)
	}
	switch {
	case s.now < since+orphanPause:
		return ""
	case !m.handles:
		return "orphan that is alive and does not handle the signal, so it has not received it"
	case o.Switches == m.switches:
		return "orphan that has not run since it was first seen, so it has not received the signal"
	case !s.mayHaveReached(m):
		return "orphan out of reach of whom it came from"
	}
	return ""
}

// applicationLives reports whether somebody is still stopping who was no orphan at first
// sight: an application may need a daemon that was started for it.
func (s *stepping) applicationLives() bool {
	if s.tree.main != nil && s.main.handles {
		return true
	}
	for _, p := range s.tree.all {
		if m := s.of(p); m.signalled && m.handles && !m.daemon {
			return true
		}
	}
	return false
}

// mayHaveReached reports whether the supervisor that an orphan came from can have signalled
// it before it ended. A script can reach anybody, and many a program walks the whole tree
// below it. But some signal their child only, or the group of its own that they gave it, and
// who dies of the signal has at most passed it on so far; an eager one not even that.
func (s *stepping) mayHaveReached(m *memory) bool {
	v := m.supervisor
	switch {
	case v == nil:
		return s.main.shell || s.knownGroup(m)
	case v.shell:
		return true
	case m.parent != v && v.kind == proc.Forwarder:
		return false
	}
	return !v.died || !v.eager && (m.parent == v || m.inGroupBelow(v))
}

// inGroupBelow reports whether m is in a process group of its own that v gave a child.
func (m *memory) inGroupBelow(v *memory) bool {
	child := m
	for child.parent != v && child.parent != nil {
		child = child.parent
	}
	return child.parent == v && child.group == m.group && child.group != v.group
}

// knownGroup reports whether somebody who was in a supervisor's hands shares m's group.
func (s *stepping) knownGroup(m *memory) bool {
	for _, other := range s.memories {
		if other != m && other.supervisor != nil && other.group == m.group {
			return true
		}
	}
	return false
}
