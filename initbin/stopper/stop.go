package stopper

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/proc"

	"golang.org/x/sys/unix"
)

const (
	// The first looks follow each other quickly, because shells act quickly.
	soon   = 10 * time.Millisecond
	atOnce = time.Millisecond
	later  = 100 * time.Millisecond
	hasten = 300 * time.Millisecond
	// frontTime is what a shell in front of the heir gets to die of the signal. If it were
	// still there when the heir ends, it would fetch the exit code and take it along.
	frontTime = 500 * time.Millisecond
	// killPatience is how long killed processes get to be gone.
	killPatience = 500 * time.Millisecond
)

// stop is one stop on its way.
type stop struct {
	task    handover.Task
	options initbin.Options
	command []string
	looker  looker
	detail  string // how the drain ended, see handover.Report
	ending  handover.Ending
	report  report
	rests   map[identity]rest
	pipes   pipes
	// oomKills is what the cgroup had counted of processes that the kernel killed when this began.
	oomKills int64
	// moment is how much of what is done in the last moments has been done, see lastMoments.
	moment int
	// parting says of those who ended of being asked for their stacks that they were killed: after
	// the stacks, so that it is the end of the log.
	parting []string
	// heir is the pid of the heir, see handover.Ending; 0 if there is none. front are those
	// who stand between it and the init.
	heir  int
	front []*process
}

// run climbs the ladder until nobody is left, and reports.
func (s *stop) run() error {
	s.ending = handover.Ending{Asked: s.task.Asked != 0, Told: s.task.Signal, OK: s.options.OKExitCodes}
	timeout := time.Duration(s.task.Deadline - s.task.Since)
	s.report.text, s.oomKills = s.firstReport(), oomKills(readFile)
	l := newLadder(s.task, s.options.SignalTarget, timeout)
	look := func() (*tree, error) { return s.looker.settled(min(maxSettleTime, timeout/8)) }
	for {
		began := s.now()
		t, err := look()
		if err != nil {
			return err
		}
		look = s.looker.look
		if !l.looked {
			if err := s.takeOver(t); err != nil {
				return err
			}
		}
		s.report.seen(t, s.now())
		s.noteRest(t)
		s.pipes.drain(t)
		if len(t.all) == 0 && t.ending == 0 {
			return s.finish()
		}
		if began >= timeout {
			s.killAll(t)
			return s.finish()
		}
		next := s.lastMoments(t, began, timeout)
		for _, a := range l.step(t, began) {
			s.act(a)
		}
		s.publish(handover.PhaseStop)
		list := events(min(pause(began, s.now(), l.inTrial(began)), max(0, next-s.now())))
		for _, e := range list {
			l.ended(int(e.PID), int(e.Status))
		}
		s.note(list)
	}
}

// takeOver tells the watcher, after the first look, that the ladder is in hand here, and
// who the heir is. What only the first look can show is looked for here, too.
func (s *stop) takeOver(t *tree) error {
	if t.main == nil && s.mainIsHidden() {
		return errors.New("the main process cannot be seen in /proc (hidepid?)")
	}
	if s.task.Told {
		s.wakeTold(t)
		s.report.told(s.mainProcess(t), 0)
	} else if p, front := t.application(s.task.Signal); p != nil {
		s.heir, s.front = p.PID, front
	}
	t.noteClients(readConnections(t))
	return message(s.looker.watcher, s.looker.self, s.heir)
}

// pause is how long to wait before the next look, if nobody ends meanwhile: looking at
// many processes takes long, and must not take all the time there is. In a hurry is who has
// stopped the application for a moment.
func pause(began, now time.Duration, hurry bool) time.Duration {
	wait := later
	switch {
	case hurry:
		return atOnce
	case now < hasten:
		wait = soon
	}
	return max(wait, 5*(now-began))
}

func (s *stop) now() time.Duration { return time.Duration(monotonic() - s.task.Since) }

// mainProcess is the main process, also when it has gone before the first look.
func (s *stop) mainProcess(t *tree) *process {
	if t.main != nil {
		return t.main
	}
	return &process{Stat: proc.Stat{PID: s.task.Main}, title: named(s.task.Main, []byte(strings.Join(s.command, "\x00")))}
}

// wakeTold wakes whom the watcher has told.
func (s *stop) wakeTold(t *tree) {
	for _, p := range t.all {
		if p == t.main || s.options.SignalTarget == initbin.TargetGroup && p.Group == s.task.Main {
			wake(p)
		}
	}
}

// mainIsHidden reports whether the main process exists although a look does not show it.
func (s *stop) mainIsHidden() bool {
	return s.task.Mode == handover.Stop && !errors.Is(unix.Kill(s.task.Main, 0), unix.ESRCH) && !exists(file(s.task.Main, "stat"))
}

// act carries out what the ladder has decided.
func (s *stop) act(a action) {
	var signal int
	switch a.verb {
	case deliver:
		signal = a.p.signalFor(s.task.Signal)
	case freeze:
		signal = int(initbin.SIGSTOP)
	case thaw:
		signal = int(initbin.SIGCONT)
	case insist:
		signal = int(initbin.SIGTERM)
	}
	s.verbose(initbin.Signal(signal).String(), " to ", a.p.whole(), ": ", a.why)
	if a.verb == deliver {
		s.pipes.keep(a.p)
	}
	if err := send(a.p, signal); err != nil {
		if !errors.Is(err, unix.ESRCH) {
			say(initbin.Signal(signal).String(), " to ", a.p.who(), ": ", err.Error())
		}
		return
	}
	if a.verb == freeze {
		awaitStop(a.p)
	}
	if a.verb == deliver {
		wake(a.p)
		s.report.told(a.p, s.now())
		if slices.Contains(s.front, a.p) && !a.p.Ignores(signal) {
			awaitEnd(a.p, frontTime)
		}
	}
}

// note keeps what the container's exit code will depend on.
func (s *stop) note(list []handover.Event) {
	for _, e := range list {
		if int(e.Status)&0x7f == int(initbin.SIGKILL) && monotonic() >= s.task.Deadline {
			s.report.overdue = true // the watcher's doing where it is not ours
		}
		if int(e.PID) == s.task.Main {
			s.ending.MainGone, s.ending.Main = true, int(e.Status)
		}
		if int(e.PID) == s.heir {
			s.ending.HeirGone, s.ending.Heir = true, int(e.Status)
		}
	}
}

// killAll kills what is left at the stop timeout, names it, and waits until it is gone
// or cannot be waited for any longer.
func (s *stop) killAll(t *tree) {
	s.publish(handover.PhaseKill)
	named := map[identity]bool{}
	for end := s.now() + killPatience; len(t.all) > 0 && s.now() < end; {
		for _, p := range t.byAge() {
			if named[p.id()] {
				continue
			}
			named[p.id()] = true
			if err := send(p, int(initbin.SIGKILL)); err != nil {
				if !errors.Is(err, unix.ESRCH) {
					say("kill ", p.who(), ": ", err.Error())
				}
				continue
			}
			if !s.report.names(p) {
				say(s.killed(p))
			}
		}
		s.note(events(soon))
		next, err := s.looker.look()
		if err != nil {
			return
		}
		t = next
	}
	s.report.remain(t)
	for _, p := range t.all {
		say(p.who(), " in state ", string(p.State), " cannot be killed yet; it is left to the kernel")
	}
}

// cause is what began the stop, for people.
func (s *stop) cause() string {
	if s.task.Mode == handover.Leftovers {
		return "the main process ended"
	}
	return initbin.Signal(s.task.Arrived).String()
}

// finish writes the report. The ends that the exit code depends on may still be on their way
// here, which a busy machine makes long: who is gone has been reaped, so they come.
func (s *stop) finish() error {
	for _, text := range s.parting {
		say(text)
	}
	if s.options.Report == "" || s.task.Asked == 0 {
		return nil
	}
	missing := func() bool {
		return !s.ending.MainGone || s.heir != 0 && !s.ending.HeirGone && s.ending.HeirCounts()
	}
	for end := s.now() + killPatience; missing() && s.now() < end; {
		s.note(events(soon))
	}
	s.note(events(0))
	s.publish(handover.PhaseDone)
	return nil
}
