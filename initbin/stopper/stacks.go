package stopper

import (
	"errors"
	"strings"
	"time"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/lastwords"

	"golang.org/x/sys/unix"
)

const (
	// printTime is how long before the stop timeout those are asked for their stacks who go on
	// afterwards, or a quarter of a short timeout; quitTime when those are who end of it.
	printTime = 2 * time.Second
	quitTime  = 250 * time.Millisecond
)

// quitAt is when those are asked for their stacks who end of it.
func quitAt(timeout time.Duration) time.Duration { return timeout - min(quitTime, timeout/16) }

// lastMoments does what is due with those who are left before they are killed, each thing once, and
// returns when the next is due.
func (s *stop) lastMoments(t *tree, now, timeout time.Duration) time.Duration {
	moments := [...]struct {
		at time.Duration
		do func()
	}{
		{timeout - min(printTime, timeout/4), func() { s.askForStacks(t, false, askAt(timeout)) }},
		{askAt(timeout), func() { s.ask(t, quitAt(timeout)) }},
		{quitAt(timeout), func() { s.askForStacks(t, true, timeout-min(askEnd, timeout/64)) }},
	}
	for ; s.moment < len(moments); s.moment++ {
		if now < moments[s.moment].at {
			return moments[s.moment].at
		}
		moments[s.moment].do()
	}
	return timeout
}

// askForStacks has those print their stacks whose runtime can, as many as a report has room for, the
// oldest first: those who go on afterwards, or those who end of it. These count as killed.
// Nobody is sent the signal that it has been stopped with. It is over in time for SIGKILL.
func (s *stop) askForStacks(t *tree, dying bool, end time.Duration) {
	if s.options.NoStacks || !hasRoom(readFile) {
		return
	}
	over := func() bool { return s.now() >= end }
	printers := map[*process]int{}
	var list []*process
	for _, p := range t.byAge() {
		if over() || len(list) == maxReported {
			break
		}
		printer := lastwords.PrinterOf(p.PID, p.Status, over)
		signal := int(printer.Signal)
		if signal != 0 && printer.Dies == dying && signal != p.signalFor(s.task.Signal) && (!dying || dumpsNoCore(p.PID)) {
			printers[p], list = signal, append(list, p)
		}
	}
	if dying {
		s.noteQuits(list)
	}
	for _, p := range list {
		err := send(p, printers[p])
		switch name := initbin.Signal(printers[p]).String(); {
		case errors.Is(err, unix.ESRCH):
		case err != nil:
			say(name, " to ", p.who(), ": ", err.Error())
		case dying:
			s.parting = append(s.parting, s.killed(p)+"; its stacks are in the log ("+name+")")
		default:
			say(name, " to ", p.who(), ", which prints its stacks: still there ", short(s.now()), " after ", s.cause())
		}
	}
}

// noteQuits notes, here and in the watcher, that the exit status with which the main process or the
// heir ends of being asked for its stacks is that of a process that was killed.
func (s *stop) noteQuits(list []*process) {
	var quits handover.Quits
	for _, p := range list {
		quits.Main = quits.Main || p.PID == s.task.Main
		quits.Heir = quits.Heir || p.PID == s.heir
	}
	if quits == (handover.Quits{}) {
		return
	}
	s.ending.Quits = quits
	if err := message(s.looker.watcher, s.looker.self, quits.Message()); err != nil {
		say("tell the watcher who is asked for its stacks: ", err.Error())
	}
}

// killed notes in the report that p was killed, or asked for what it ends of, and returns what the
// log says of it.
func (s *stop) killed(p *process) string {
	s.report.killed(p)
	return "killed " + p.who() + " in state " + string(p.State) + ": still there " + short(s.now()) + " after " + s.cause() + s.report.whys[p.id()].sentence()
}

// dumpsNoCore makes sure that pid leaves no core dump, which may be larger than the disk has room
// for, and last longer than there is time. A limit of one byte is for the kernel no room for a
// file, and forbids to start a program that takes the dump. It reports false where that may not be
// set, and such a program is there.
func dumpsNoCore(pid int) bool {
	var limit unix.Rlimit
	if unix.Prlimit(pid, unix.RLIMIT_CORE, nil, &limit) != nil {
		return false
	}
	none := unix.Rlimit{Cur: 1, Max: max(limit.Max, 1)}
	if unix.Prlimit(pid, unix.RLIMIT_CORE, &none, nil) == nil {
		return true
	}
	pattern := readFile("/proc/sys/kernel/core_pattern")
	return limit.Cur == 0 && pattern != "" && !strings.HasPrefix(pattern, "|") && !strings.HasPrefix(pattern, "@")
}
