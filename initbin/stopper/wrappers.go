package stopper

// freeze stops a wrapper, so that it cannot act before those below it have ended.
func (s *stepping) freeze(p *process, m *memory) {
	if !m.frozen {
		m.frozen = true
		s.actions = append(s.actions, action{freeze, p, "it would signal everybody twice"})
	}
}

// thaw continues frozen wrappers with nobody left whom they could hurt, and children whose
// shell has shown what it does.
func (s *stepping) thaw() {
	s.endTrials()
	busy := map[*memory]bool{}
	for _, p := range s.tree.all {
		busy[s.of(p).wrapper] = true
	}
	for _, p := range s.tree.all {
		if m := s.of(p); m.frozen && !m.thawed && !busy[m] {
			m.thawed = true
			s.actions = append(s.actions, action{thaw, p, "nobody is left below the wrapper"})
		}
	}
}
