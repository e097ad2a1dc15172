package stopper

import "time"

// actTime is what a shell with a trap gets to run it before its foreground child is
// told; in its wait builtin it needs a millisecond or two.
const actTime = 40 * time.Millisecond

// helpShell looks after a shell that was told and has a trap. In its wait builtin the
// shell runs the trap at once, and its children are its own affair. While it waits for
// a foreground child it cannot: then that child is told in its place.
func (s *stepping) helpShell(shell *process) {
	m := s.of(shell)
	if m.acted || shell.inWait {
		m.acted = true
		return
	}
	if s.now < m.toldAt+actTime {
		return
	}
	if m.place != shell.place {
		m.acted = true
		return
	}
	for i := len(shell.children) - 1; i >= 0; i-- {
		child := shell.children[i]
		if child.background {
			continue
		}
		// One after the other, the youngest first; of a pipeline also those before it.
		if s.visit(child, "foreground child of a shell with a trap") {
			return
		}
	}
}
