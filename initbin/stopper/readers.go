package stopper

import "time"

// drainPause lets a process read what is left in its pipe after the last writer.
const drainPause = 500 * time.Millisecond

// watchReaders notes who reads what others print.
func (s *stepping) watchReaders() {
	for _, p := range s.tree.all {
		for _, feeder := range s.tree.feeders(p) {
			if !s.inRing(p, feeder) {
				m := s.of(p)
				m.fed, m.fedUntil = true, s.now
			}
		}
	}
}

// held reports whether p must not be signalled yet because another process still prints to
// it, or has just stopped: it ends by itself once it has read all of it, and the other could
// not finish its last words without it. Nor must it be while a client is there.
func (s *stepping) held(p *process) bool {
	m := s.of(p)
	fed := m.fed && (m.fedUntil == s.now || s.now < m.fedUntil+drainPause)
	return !m.signalled && (fed || s.isNeeded(m))
}

// inRing reports whether p prints to feeder as well: in a ring somebody must begin, and
// that is the older one.
func (s *stepping) inRing(p, feeder *process) bool {
	return p.feeds(feeder) && byAge(p, feeder) < 0
}
