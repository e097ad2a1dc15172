package stopper

import "time"

// drainPause lets a process read what is left in its pipe after the last writer.
const drainPause = 500 * time.Millisecond

// held reports whether p must not be told yet because another process still writes to
// its standard input, or has just stopped: it ends by itself once it has read all of
// it, and the other could not finish its last words without it.
func (s *stepping) held(p *process) bool {
	m := s.of(p)
	if m.told {
		return false
	}
	for _, feeder := range s.family.feeders(p) {
		if !s.inRing(p, feeder) {
			m.fedUntil = s.now
			return true
		}
	}
	return m.fedUntil != 0 && s.now < m.fedUntil+drainPause
}

// inRing reports whether p writes to feeder as well: in a ring somebody must begin, and
// that is the older one.
func (s *stepping) inRing(p, feeder *process) bool {
	return p.feeds(feeder) && byAge(p, feeder) < 0
}
