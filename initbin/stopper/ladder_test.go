package stopper

import (
	"testing"
	"time"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/proc"
)

const ms = time.Millisecond

// A process that does nothing about the signal is passed through; one that does is
// trusted with all below it.
func TestLadderPassesThroughAndTrusts(t *testing.T) {
	for _, c := range []struct {
		name      string
		processes []*process
		want      string
	}{
		{"a main process alone", []*process{one(2, 1)}, "signal 2"},
		{"a supervisor with workers", []*process{one(2, 1, answers), one(3, 2), one(4, 3)}, "signal 2"},
		{"one that sigwaits", []*process{one(2, 1, sigwaits), one(3, 2)}, "signal 2"},
		{"a shell without a trap", []*process{one(2, 1, shell), one(3, 2, answers)}, "signal 2, signal 3"},
		{"script in script", []*process{one(2, 1, shell), one(3, 2, shell), one(4, 3, answers), one(5, 4)}, "signal 2, signal 3, signal 4"},
		{"background jobs", []*process{one(2, 1, shell), one(3, 2, answers, job), one(4, 2, answers)}, "signal 2, signal 3, signal 4"},
		{"one that ignores it", []*process{one(2, 1, deaf), one(3, 2)}, "signal 2, signal 3"},
		{"another session and group", []*process{one(2, 1, shell), one(3, 2, group(3), inSession(3))}, "signal 2, signal 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := treeOf(c.processes...)
			climb(t, ladderFor(initbin.TargetAuto), moment{at: 0, tree: f, want: c.want}, moment{at: 50 * ms, tree: f}, moment{at: 3 * time.Second, tree: f})
		})
	}
}

// What a process did about the signal before it was told counts, not what it does while
// it stops.
func TestLadderRemembersWhoAnswered(t *testing.T) {
	climb(t, ladderFor(initbin.TargetAuto),
		moment{at: 0, tree: treeOf(one(2, 1, answers), one(3, 2)), want: "signal 2"},
		moment{at: 100 * ms, tree: treeOf(one(2, 1), one(3, 2))},
	)
}

func TestLadderTargets(t *testing.T) {
	tree := func() *tree {
		return treeOf(one(2, 1, shell), one(3, 2, answers), one(4, 2, answers, group(4)), one(10, 1, answers, group(10)))
	}
	for _, c := range []struct {
		target initbin.Target
		told   bool
		want   string
	}{
		{initbin.TargetMain, true, ""},
		{initbin.TargetGroup, true, ""},
		{initbin.TargetAll, false, "signal 2, signal 3, signal 4, signal 10"},
		{initbin.TargetAuto, false, "signal 2, signal 3, signal 4"},
		{initbin.TargetAuto, true, "signal 3, signal 4"},
	} {
		t.Run(c.target.String(), func(t *testing.T) {
			l := ladderFor(c.target, unhandled, func(task *handover.Task) { task.Told = c.told })
			climb(t, l, moment{at: 0, tree: tree(), want: c.want})
		})
	}
}

// Shortly before the timeout everyone not yet told is told; in group, that is who is
// outside of it.
func TestLadderLastCall(t *testing.T) {
	tree := treeOf(one(2, 1, answers), one(3, 2), one(4, 2, group(4)), one(10, 1, group(10)))
	climb(t, ladderFor(initbin.TargetAuto),
		moment{at: 0, tree: tree, want: "signal 2"},
		moment{at: 14_900 * ms, tree: tree},
		moment{at: 15_000 * ms, tree: tree, want: "signal 3, signal 4, signal 10"},
		moment{at: 16_000 * ms, tree: tree})
	climb(t, ladderFor(initbin.TargetGroup, toldAlready),
		moment{at: 0, tree: tree},
		moment{at: 15_000 * ms, tree: tree, want: "signal 4, signal 10"})
	climb(t, ladderFor(initbin.TargetMain, toldAlready),
		moment{at: 0, tree: tree},
		moment{at: 15_000 * ms, tree: tree, want: "signal 3, signal 4, signal 10"})
}

// With a short timeout the last call is as much earlier.
func TestLadderLastCallOfShortTimeouts(t *testing.T) {
	tree := treeOf(one(2, 1, answers), one(3, 2))
	task := handover.Task{Main: mainPID, Signal: int(initbin.SIGTERM), Arrived: int(initbin.SIGTERM), Handled: true}
	for timeout, call := range map[time.Duration]time.Duration{time.Second: 750 * ms, 5 * time.Second: 3750 * ms, 20 * time.Second: 15 * time.Second} {
		climb(t, newLadder(task, initbin.TargetAuto, timeout),
			moment{at: 0, tree: tree, want: "signal 2"},
			moment{at: call - ms, tree: tree},
			moment{at: call, tree: tree, want: "signal 3"})
	}
}

// A process that blocks the signal is left alone while it runs: it may yet fetch it. Once it has
// slept for long enough, its children are signalled.
func TestLadderDeaf(t *testing.T) {
	look := func(traits ...trait) *tree {
		return treeOf(one(2, 1, append([]trait{sigwaits, awaits}, traits...)...), one(3, 2, answers))
	}
	climb(t, ladderFor(initbin.TargetAuto),
		moment{at: 0, tree: treeOf(one(2, 1, sigwaits, running), one(3, 2, answers)), want: "signal 2"},
		moment{at: 39 * ms, tree: look(running)},
		moment{at: 50 * ms, tree: look(ran(1))},
		moment{at: 89 * ms, tree: look(ran(1))},
		moment{at: 90 * ms, tree: look(ran(1)), want: "signal 3"})
	climb(t, ladderFor(initbin.TargetAuto),
		moment{at: 0, tree: treeOf(one(2, 1, sigwaits), one(3, 2, answers)), want: "signal 2"},
		moment{at: 40 * ms, tree: treeOf(one(2, 1, sigwaits), one(3, 2, answers))},
		moment{at: 9 * time.Second, tree: treeOf(one(2, 1, sigwaits), one(3, 2, answers))})
}

// A shell with a trap: its children are stopped while it receives the signal. If it has
// signalled one of them, or has done anything else but wake up, its trap has run, and its
// children are its own affair; else the command in front of it is signalled.
func TestLadderTrapShells(t *testing.T) {
	look := func(shell *process, child ...trait) *tree {
		return treeOf(shell, one(3, 2, answers, job), one(4, 2, append([]trait{answers}, child...)...))
	}
	sh := func(traits ...trait) *process {
		return one(2, 1, append([]trait{trapShell("a"), ran(5)}, traits...)...)
	}
	before := moment{at: 0, tree: look(sh()), want: "freeze 4, signal 2"}
	woken := ran(6)
	for _, c := range []struct {
		name    string
		moments []moment
	}{
		{"behind a command", []moment{
			before, {at: 1 * ms, tree: look(sh(), stopped)}, {at: 2 * ms, tree: look(sh(woken, awaits), stopped)},
			{at: 3 * ms, tree: look(sh(woken), stopped), want: "signal 4, thaw 4"}, {at: time.Second, tree: look(sh(ran(7)))},
		}},
		{"its trap signals the child", []moment{before, {at: 2 * ms, tree: look(sh(woken), stopped, awaits), want: "thaw 4"}, {at: time.Second, tree: look(sh(woken))}}},
		{"its trap has moved on", []moment{before, {at: 2 * ms, tree: look(one(2, 1, trapShell("b"), woken), stopped), want: "thaw 4"}, {at: time.Second, tree: look(sh(woken))}}},
		{"its trap has started somebody", []moment{before, {at: 2 * ms, tree: treeOf(sh(woken), one(3, 2, answers, job), one(4, 2, answers, stopped), one(5, 2))},
			{at: 200 * ms, tree: treeOf(sh(woken), one(3, 2, answers, job), one(4, 2, answers, stopped), one(5, 2)), want: "thaw 4"}}},
		{"its trap starts somebody and ends it", []moment{before, {at: 2 * ms, tree: treeOf(sh(woken), one(3, 2, answers, job), one(4, 2, answers, stopped), one(5, 2))}, {at: 9 * ms, tree: treeOf(one(4, 1, answers, stopped)), want: "thaw 4, signal 4"}}},
		{"its trap has reaped somebody", []moment{before, {at: 2 * ms, tree: look(sh(woken, reaped), stopped), want: "thaw 4"}}},
		{"its trap keeps it busy", []moment{before, {at: 2 * ms, tree: look(sh(woken, running), stopped)}, {at: 1999 * ms, tree: look(sh(woken, running), stopped)}, {at: 2000 * ms, tree: look(sh(woken, running), stopped), want: "thaw 4"}}},
		{"its trap computes", []moment{before, {at: 2 * ms, tree: look(sh(woken, running, computed(190*ms)), stopped)}, {at: 210 * ms, tree: look(sh(woken, running, computed(190*ms)), stopped)}, {at: 220 * ms, tree: look(sh(woken, running, computed(200*ms)), stopped), want: "thaw 4"}}},
		{"a command of its trap waits for a processor", []moment{before, {at: 1999 * ms, tree: treeOf(sh(woken), one(3, 2, answers, job), one(4, 2, answers, stopped), one(5, 2, running))}, {at: 2000 * ms, tree: treeOf(sh(woken), one(3, 2, answers, job), one(4, 2, answers, stopped), one(5, 2, running)), want: "thaw 4"}}},
		{"it waits for a processor", []moment{before, {at: 1000 * ms, tree: look(sh(woken, running, nowhere), stopped)}, {at: 1001 * ms, tree: look(sh(woken), stopped), want: "signal 4, thaw 4"}}},
		{"it never receives the signal", []moment{before, {at: 1999 * ms, tree: look(sh(awaits, running), stopped)}, {at: 2000 * ms, tree: look(sh(awaits, running), stopped), want: "thaw 4"}}},
		{"it has ended without a word", []moment{before, {at: 2 * ms, tree: treeOf(one(4, 1, answers, stopped)), want: "thaw 4, signal 4"}}},
		{"it has ended after signalling", []moment{before, {at: 2 * ms, tree: treeOf(one(4, 1, answers, stopped, awaits)), want: "thaw 4"}, {at: time.Second, tree: treeOf(one(4, 1, answers, ran(9)))}}},
		{"the child could not be stopped, and may have been signalled", []moment{before, {at: 2 * ms, tree: look(sh(woken), ran(1))}, {at: 1999 * ms, tree: look(sh(woken), ran(1))}, {at: 2000 * ms, tree: look(sh(woken), ran(1)), want: "thaw 4"}, {at: 3 * time.Second, tree: look(sh(woken))}}},
		{"the child is slow to stop", []moment{before, {at: 50 * ms, tree: look(sh(woken), running, ran(1))}, {at: 60 * ms, tree: look(sh(woken), stopped, ran(1)), want: "signal 4, thaw 4"}}},
		{"the child could not be stopped, but has not run", []moment{before, {at: 2 * ms, tree: look(sh(woken)), want: "signal 4, thaw 4"}}},
	} {
		t.Run(c.name, func(t *testing.T) { climb(t, ladderFor(initbin.TargetAuto), c.moments...) })
	}
}

// Children that cannot or need not be stopped while their shell receives the signal.
func TestLadderTrapShellsWithoutATrial(t *testing.T) {
	for _, c := range []struct {
		name        string
		shell       trait
		child       []trait
		then, after string
	}{
		{"one that does not handle the signal is alive, so it has not received it", trapShell("a"), []trait{idler}, "", "signal 3"},
		{"a background job", trapShell("a"), []trait{answers, job}, "", ""},
		{"one in a group of its own that has run", trapShell("a"), []trait{answers, group(3), ran(1)}, "", ""},
		{"one in a group of its own that has not run", trapShell("a"), []trait{answers, group(3)}, "", "signal 3"},
		{"one in a session of its own that has not run", trapShell("a"), []trait{answers, group(3), inSession(3)}, "", "signal 3"},
		{"one that has run, of a shell that would notice", fish, []trait{answers, ran(1)}, "", ""},
		{"one that has not run, of a shell that would notice", fish, []trait{answers}, "", "signal 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			first := treeOf(one(2, 1, c.shell), one(3, 2, append(c.child, ran(0))...))
			second := treeOf(one(2, 1, c.shell, ran(1)), one(3, 2, c.child...))
			climb(t, ladderFor(initbin.TargetAuto), moment{at: 0, tree: first, want: "signal 2"}, moment{at: 40 * ms, tree: second, want: c.after}, moment{at: 3 * time.Second, tree: second})
		})
	}
}

// A pipeline in front: its reader is held back as long as somebody prints.
func TestLadderTrapShellBeforeAPipeline(t *testing.T) {
	look := func(n uint64, all ...trait) *tree {
		return treeOf(one(2, 1, trapShell("a"), ran(n)), one(3, 2, append(all, answers)...), one(4, 2, append(all, answers, prints("p"))...), one(5, 2, readsFrom("p")))
	}
	climb(t, ladderFor(initbin.TargetAuto), moment{at: 0, tree: look(0), want: "freeze 3, freeze 4, signal 2"},
		moment{at: 2 * ms, tree: look(1, stopped), want: "signal 4, thaw 3, thaw 4"}, moment{at: time.Second, tree: look(1)})
}

// When the command in front has ended, what is left is the trap's affair.
func TestLadderTrapShellAfterItsCommand(t *testing.T) {
	sh := func(n uint64) *process { return one(2, 1, trapShell("a"), ran(n)) }
	side := func(traits ...trait) *process { return one(3, 2, append(traits, answers)...) }
	climb(t, ladderFor(initbin.TargetAuto),
		moment{at: 0, tree: treeOf(sh(0), side(), one(4, 2, idler)), want: "freeze 3, signal 2"},
		moment{at: 2 * ms, tree: treeOf(sh(1), side(stopped), one(4, 2, idler)), want: "signal 4, thaw 3"},
		moment{at: 20 * ms, tree: treeOf(sh(2), side())}, moment{at: time.Second, tree: treeOf(sh(3), side(), one(5, 2))})
}

// A command in front that is a shell without a trap is passed through.
func TestLadderTrapShellBeforeAShell(t *testing.T) {
	look := func(n uint64) *tree {
		return treeOf(one(2, 1, trapShell("a"), ran(n)), one(3, 2, shell), one(4, 3, answers))
	}
	climb(t, ladderFor(initbin.TargetAuto), moment{at: 0, tree: look(0), want: "signal 2"}, moment{at: 10 * ms, tree: look(1), want: "signal 3, signal 4"})
}

// A step of a shell's work may come to its end. Ages are in seconds.
func TestLadderSteps(t *testing.T) {
	for _, c := range []struct {
		name           string
		shell, child   float64
		handles, works bool
		kind           proc.Wrapper
		state          byte // of a child of the child; 0: there is none
		until          time.Duration
	}{
		{name: "an application as old as its shell", shell: 60, child: 59, handles: true},
		{name: "a command as old as its shell, long at it", shell: 60, child: 59},
		{name: "a young one that passes the time", shell: 60, child: 1, kind: proc.Idler},
		{name: "one that has been at it for longer than it can have", shell: 60, child: 11},
		{name: "one that has been at it for just as long", shell: 60, child: 10},
		{name: "a first one that has been at it for just as long", shell: 12, child: 10},
		{name: "a young one that rests", shell: 60, child: 1, until: 2040 * ms},
		{name: "a young one at work", shell: 60, child: 1, works: true, until: 10 * time.Second},
		{name: "a young one that knows how to stop", shell: 60, child: 1, handles: true, works: true, until: time.Second},
		{name: "a first one that rests", shell: 1, child: 0.9, until: 540 * ms},
		{name: "a first one at work", shell: 1, child: 0.9, works: true, until: 10 * time.Second},
		{name: "a first one that waits for a processor", shell: 1, child: 0.9, state: 'R', until: 10 * time.Second},
		{name: "a first one that waits for its disk", shell: 1, child: 0.9, state: 'D', until: 10 * time.Second},
		{name: "a first one that is stopped", shell: 1, child: 0.9, state: 'T', until: 540 * ms},
		{name: "an application after a short start", shell: 1.5, child: 0.6, handles: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			look := func(at time.Duration, ranShell uint64) *tree {
				const now = 100_000
				old := func(seconds float64) trait { return started(now - uint64(seconds*100)) }
				child := one(3, 2, old(c.child), wraps(c.kind))
				if c.handles {
					child = one(3, 2, old(c.child), group(3), answers)
				}
				if c.works {
					child.Reaped = uint64(at)
				}
				list := []*process{one(2, 1, old(c.shell), trapShell("a"), ran(ranShell)), child}
				if c.state != 0 {
					list = append(list, one(4, 3, old(c.child), func(p *process) { p.State = c.state }))
				}
				f := treeOf(list...)
				f.now = now + uint64(at/tick)
				return f
			}
			l := ladderFor(initbin.TargetAuto)
			climb(t, l, moment{at: 0, tree: look(0, 0), want: "signal 2"})
			at := 40 * ms
			for ; at < c.until; at += 10 * ms {
				climb(t, l, moment{at: at, tree: look(at, 1)})
			}
			want := "signal 3"
			switch c.state {
			case 'R', 'D':
				want += ", signal 4"
			case 'T':
				want += ", thaw 4"
			}
			climb(t, l, moment{at: at, tree: look(at, 1), want: want})
		})
	}
}

// A reader of what others print is told after them, and after a pause.
func TestLadderHoldsReadersBack(t *testing.T) {
	both := treeOf(one(2, 1, shell), one(3, 2, answers, prints("p")), one(4, 2, readsFrom("p")))
	alone := treeOf(one(4, 1, readsFrom("p")))
	l := ladderFor(initbin.TargetAuto, unhandled)
	climb(t, l, moment{at: 0, tree: both, want: "signal 2, signal 3"}, moment{at: 2 * time.Second, tree: both},
		moment{at: 2100 * ms, tree: alone}, moment{at: 2400 * ms, tree: alone}, moment{at: 2600 * ms, tree: alone, want: "signal 4"})
}

// A main process that is a reader and does not answer: who writes is told first.
func TestLadderHoldsAReadingMainProcessBack(t *testing.T) {
	f := treeOf(one(2, 1, readsFrom("p")), one(3, 2, answers, prints("p")))
	climb(t, ladderFor(initbin.TargetAuto, unhandled), moment{at: 0, tree: f, want: "signal 3"}, moment{at: time.Second, tree: f})
}

// A process that reads another pipe is held back only if it does not handle SIGTERM.
func TestLadderFurtherPipes(t *testing.T) {
	f := treeOf(one(2, 1, shell), one(3, 2, answers, prints("p")), one(4, 2, alsoReads("p")), one(5, 2, answers, alsoReads("p")))
	climb(t, ladderFor(initbin.TargetAuto, unhandled), moment{at: 0, tree: f, want: "signal 2, signal 3, signal 5"})
}

// In a ring somebody must begin: the older one.
func TestLadderRing(t *testing.T) {
	f := treeOf(one(2, 1, shell), one(3, 2, answers, prints("p"), readsFrom("q")), one(4, 2, answers, prints("q"), readsFrom("p")))
	climb(t, ladderFor(initbin.TargetAuto, unhandled), moment{at: 0, tree: f, want: "signal 2, signal 3"})
}

// The last call waits for nobody.
func TestLadderLastCallIgnoresPipes(t *testing.T) {
	f := treeOf(one(2, 1, shell), one(3, 2, prints("p")), one(4, 2, readsFrom("p")))
	climb(t, ladderFor(initbin.TargetAuto, unhandled), moment{at: 15 * time.Second, tree: f, want: "signal 2, signal 3, signal 4"})
}

// su, runuser and script are passed over while they have a child, and told after it.
func TestLadderKillers(t *testing.T) {
	f := treeOf(one(2, 1, answers, wraps(proc.Killer)), one(3, 2, answers))
	alone := treeOf(one(2, 1, answers, wraps(proc.Killer)))
	climb(t, ladderFor(initbin.TargetAuto), moment{at: 0, tree: f, want: "signal 3"}, moment{at: time.Second, tree: f}, moment{at: 2 * time.Second, tree: alone, want: "signal 2"})
}

// dumb-init is frozen until those below it have ended, then goes on.
func TestLadderRepeaters(t *testing.T) {
	f := treeOf(one(2, 1, shell), one(3, 2, sigwaits, wraps(proc.Repeater)), one(4, 3, answers))
	left := treeOf(one(2, 1, shell), one(3, 2, sigwaits, wraps(proc.Repeater)))
	climb(t, ladderFor(initbin.TargetAuto, unhandled), moment{at: 0, tree: f, want: "signal 2, freeze 3, signal 4"}, moment{at: time.Second, tree: f},
		moment{at: 2 * time.Second, tree: left, want: "thaw 3"}, moment{at: 3 * time.Second, tree: left})
}

// Who gave its child a terminal, as script and expect do, would take it away.
func TestLadderTerminalOwners(t *testing.T) {
	onIt := func(p *process) { p.Terminal, p.Session = 34817, 3 }
	f := treeOf(one(2, 1, answers), one(3, 2, onIt, answers))
	alone := treeOf(one(2, 1, answers))
	climb(t, ladderFor(initbin.TargetAuto), moment{at: 0, tree: f, want: "signal 3"}, moment{at: time.Second, tree: alone, want: "signal 2"})
}

// A terminal's session leader would take its children along.
func TestLadderTerminalLeaders(t *testing.T) {
	f := treeOf(one(2, 1, shell, onTerminal, deaf), one(3, 2, answers))
	alone := treeOf(one(2, 1, shell, onTerminal, deaf))
	climb(t, ladderFor(initbin.TargetAuto, unhandled), moment{at: 0, tree: f, want: "signal 3"}, moment{at: time.Second, tree: alone, want: "signal 2"})
}

// Between one who would take along those below and them, nobody is signalled before they have ended.
func TestLadderInTow(t *testing.T) {
	onIt := func(p *process) { p.Terminal, p.Session = 34817, 3 }
	look := func(list ...*process) *tree {
		f := treeOf(append([]*process{one(2, 1), one(3, 2, onIt, shell), one(4, 3, onIt, shell)}, list...)...)
		f.noteTows()
		return f
	}
	climb(t, ladderFor(initbin.TargetAuto),
		moment{at: 0, tree: look(one(5, 4, onIt, answers), one(6, 5, onIt)), want: "signal 5"},
		moment{at: time.Second, tree: look(), want: "signal 4"},
		moment{at: 2 * time.Second, tree: treeOf(one(2, 1)), want: "signal 2"})
}

// A reader that has become an orphan is held back until those that print have ended, too.
func TestLadderHoldsOrphanedReadersBack(t *testing.T) {
	left := func(list ...*process) *tree { return treeOf(append(list, one(4, 1, readsFrom("p")))...) }
	climb(t, ladderFor(initbin.TargetAuto, unhandled),
		moment{at: 0, tree: treeOf(one(2, 1, shell), one(3, 2, answers, prints("p")), one(4, 2, readsFrom("p"))), want: "signal 2, signal 3"},
		moment{at: 10 * ms, tree: left(one(3, 1, answers, prints("p")))}, moment{at: 2 * time.Second, tree: left(one(3, 1, answers, prints("p")))},
		moment{at: 2100 * ms, tree: left()}, moment{at: 2490 * ms, tree: left()}, moment{at: 2500 * ms, tree: left(), want: "signal 4"})
}

// In a list in which a parent has vanished, somebody is nobody's.
func TestLacksParents(t *testing.T) {
	if lacksParents([]*process{one(1, 0), one(2, 1), one(20, 0)}) || !lacksParents([]*process{one(1, 0), one(3, 2)}) {
		t.Error("a process whose parent is not in the list was not found")
	}
}

// Bash catches SIGINT while it waits for a command, and goes on if the command handles it.
func TestLadderRestartLoop(t *testing.T) {
	interrupt := func(task *handover.Task) { task.Signal = int(initbin.SIGINT) }
	bash := func(traits ...trait) *process {
		return one(2, 1, append([]trait{shell, handles(initbin.SIGINT), func(p *process) { p.place = "a" }}, traits...)...)
	}
	app := func(pid int, command string, traits ...trait) *process {
		return one(pid, 2, append([]trait{handles(initbin.SIGINT), func(p *process) { p.command = command }}, traits...)...)
	}
	for _, c := range []struct {
		name, next, want string
		trap             trait
	}{
		{"the same command again", "app", "insist 2, signal 4", shell},
		{"another command, as in a trap's cleanup", "rm", "", shell},
		{"the same command again, where SIGTERM is trapped", "app", "", answers},
	} {
		t.Run(c.name, func(t *testing.T) {
			climb(t, ladderFor(initbin.TargetAuto, interrupt),
				moment{at: 0, tree: treeOf(bash(c.trap), app(3, "app")), want: "freeze 3, signal 2"},
				moment{at: 2 * ms, tree: treeOf(bash(c.trap, ran(1)), app(3, "app", stopped)), want: "signal 3, thaw 3"},
				moment{at: time.Second, tree: treeOf(bash(c.trap, ran(2)), app(4, c.next)), want: c.want},
				moment{at: 1100 * ms, tree: treeOf(bash(c.trap, ran(2)), app(4, c.next))})
		})
	}
}
