package watcher

import "github.com/softstop/softstop/initbin/handover"

const (
	millisecond = int64(1e6)
	second      = int64(1e9)

	// leftoverTime is what processes get to end after the main process has ended by
	// itself; the stop timeout if that is shorter.
	leftoverTime = 5 * second
	// headStart is what a main process that was signalled gets to act, or to end, before
	// the stopper takes the processor.
	headStart = 2 * millisecond
	// handTime is by how much the stopper may be late with SIGKILL before the watcher
	// sends it.
	handTime = 250 * millisecond
	// killPause is how long killed processes get to be gone before SIGKILL is sent again.
	killPause = 100 * millisecond
	// lastTime is when the watcher leaves, after the stop timeout, even if something
	// cannot be killed.
	lastTime = 750 * millisecond
)

// phase is where the container is on its way. It only ever grows.
type phase int

const (
	running   phase = iota
	draining        // a stop signal is being held back
	stopping        // the ladder is being climbed
	leftovers       // the main process ended by itself; what it left is being ended
)

// state is all that decides what the watcher does next, beside the time. Times are
// CLOCK_MONOTONIC in nanoseconds.
type state struct {
	phase    phase
	since    int64 // when the ladder's climb, or the end of the leftovers, began
	due      int64 // the latest end of the drain; after it the time of SIGKILL
	least    int64 // the earliest end of the drain
	launchAt int64 // when the stopper is to be started, 0 if it has been or none is wanted
	killed   int64 // when SIGKILL was last sent to what is left
	lookAt   int64 // when to look whether the kernel has killed somebody, 0 if there is no reason to

	mainSignalled bool // the watcher itself has signalled the main process, or its group
	end           handover.Ending
	childless     bool // wait4 says that nobody is left
	unreaped      bool // there may be more to reap than was
	reports       bool // there is a report to write

	observer helper // it waits until the drain may end
	stopper  helper
	tookOver bool // the stopper has looked at the processes
	fellBack bool // the whole process tree has been signalled instead
}

// action is what the watcher does next.
type action int

const (
	wait          action = iota // for a signal, or until wakeAt
	exit                        // with the container's exit code
	endLeftovers                // of a main process that ended by itself
	look                        // whether the kernel has killed somebody
	beginStop                   // the drain is over
	launchStopper               // the main process has had its head start
	fallBack                    // signal the process tree without a stopper
	kill                        // what is left
)

// next decides. The order of the cases counts: who is gone needs no clock; before the end of
// the drain nothing else is due; a stopper is started before anybody asks what became of it;
// SIGKILL comes before the watcher leaves.
func (s *state) next(now int64) action {
	switch {
	case s.childless && s.launchAt != 0 && s.reports:
		return launchStopper // nobody is left to stop, but the stopper knows what to report
	case s.childless || s.end.MainGone && s.stopper.done:
		return exit
	case s.end.MainGone && s.phase < stopping && (s.phase != draining || now >= s.due || s.observer.pid == 0):
		return endLeftovers
	case s.lookAt != 0 && now >= s.lookAt:
		return look
	case s.phase == running:
		return wait
	case s.phase == draining && now >= s.drainEnd():
		return beginStop
	case s.phase == draining:
		return wait
	case s.launchAt != 0 && now >= s.launchAt:
		return launchStopper
	case s.mayFallBack() && now >= s.fallBackAt():
		return fallBack
	case now >= s.killAt():
		return kill
	case now >= s.due+lastTime:
		return exit
	}
	return wait
}

// wakeAt returns when next, which says wait now, says something else although nothing has
// happened; -1 for never, 0 for at once because there is more to reap.
func (s *state) wakeAt() int64 {
	at := s.stepAt()
	if s.lookAt != 0 && (at < 0 || at > s.lookAt) {
		return s.lookAt
	}
	return at
}

// stepAt is wakeAt without the look at who was killed.
func (s *state) stepAt() int64 {
	switch {
	case s.unreaped:
		return 0
	case s.phase == running:
		return -1
	case s.phase == draining:
		return s.drainEnd()
	}
	at := min(s.killAt(), s.due+lastTime)
	if s.mayFallBack() {
		at = min(at, s.fallBackAt())
	}
	if s.launchAt != 0 {
		at = min(at, s.launchAt)
	}
	return at
}

// drainEnd is when the drain ends if nothing happens: at the latest while somebody observes whether
// it may; at the earliest once that is known, and where nobody can tell.
func (s *state) drainEnd() int64 {
	if s.observer.pid != 0 {
		return s.due
	}
	return s.least
}

// mayFallBack reports whether the process tree is the watcher's to signal, now or later: no
// stopper has it in hand, and it has not been signalled yet.
func (s *state) mayFallBack() bool {
	return !s.fellBack && (!s.tookOver || s.stopper.failed)
}

// fallBackAt is when the watcher signals the process tree itself: at once if the stopper failed,
// at the last call if it has not looked around by then. A stopper that is only late, as under a
// CPU limit, would signal everyone a second time, and many applications quit hard on that. A main
// process that was signalled is left to stop its own, as it would be without an init, until it
// has ended or the last call comes.
func (s *state) fallBackAt() int64 {
	if s.stopper.failed && (!s.mainSignalled || s.end.MainGone) {
		return s.since
	}
	return s.since + handover.LastCall(s.due-s.since)
}

// killAt is when the watcher itself sends SIGKILL: the stopper, who names what it kills, comes
// first if there is one.
func (s *state) killAt() int64 {
	at := s.due
	if !s.stopper.failed {
		at += handTime
	}
	return max(at, s.killed+killPause)
}
