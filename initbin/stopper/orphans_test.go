package stopper

import (
	"testing"
	"time"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/proc"
)

// An orphan that was there before the stop, of a main process that does not answer:
// nobody can have told it.
func TestOrphansNobodyCanHaveTold(t *testing.T) {
	climb(t, ladderFor(initbin.TargetAuto, unhandled), moment{at: 0, tree: treeOf(one(2, 1, shell), one(3, 2), one(10, 1)), want: "signal 2, signal 3, signal 10"})
}

// While a main process that answers lives, it may need its daemon, or stop it itself.
func TestOrphansOfALivingMainProcess(t *testing.T) {
	both := treeOf(one(2, 1, answers), one(10, 1, group(10)))
	left := treeOf(one(10, 1, group(10)))
	climb(t, ladderFor(initbin.TargetAuto),
		moment{at: 0, tree: both, want: "signal 2"},
		moment{at: 5 * time.Second, tree: both},
		moment{at: 6 * time.Second, tree: left},
		moment{at: 6050 * ms, tree: left},
		moment{at: 6100 * ms, tree: left, want: "signal 10"})
}

// orphaned is a story: a supervisor and those below it, then those left without it.
type orphaned struct {
	name          string
	before, after []*process
	ended         map[int]int
	want          string
}

func (o orphaned) run(t *testing.T) {
	l := ladderFor(initbin.TargetAuto)
	before, after := treeOf(o.before...), treeOf(o.after...)
	told := ""
	if o.want != "" {
		told = o.want
	}
	climb(t, l,
		moment{at: 0, tree: before, want: "signal 2"},
		moment{at: time.Second, tree: after, ended: o.ended},
		moment{at: 1090 * ms, tree: after},
		moment{at: 1100 * ms, tree: after, want: told},
		moment{at: 3 * time.Second, tree: after})
}

// Whether an orphan of a supervisor that was told has been told by it.
func TestOrphansOfASupervisor(t *testing.T) {
	const diedOfTERM = int(initbin.SIGTERM)
	for _, o := range []orphaned{
		{
			name:   "its child, which has run since: it may have been told",
			before: []*process{one(2, 1, answers), one(3, 2, answers, ran(5))},
			after:  []*process{one(3, 1, answers, ran(6))},
		}, {
			name:   "its child, which has not run since: nobody told it",
			before: []*process{one(2, 1, answers), one(3, 2, answers, ran(5))},
			after:  []*process{one(3, 1, answers, ran(5))},
			want:   "signal 3",
		}, {
			name:   "its grandchild: many a program walks the tree below it",
			before: []*process{one(2, 1, answers), one(3, 2, ran(5)), one(4, 3, answers, ran(5))},
			after:  []*process{one(4, 1, answers, ran(6))},
		}, {
			name:   "a forwarder's grandchild, whatever its group",
			before: []*process{one(2, 1, sigwaits, wraps(proc.Forwarder)), one(3, 2, group(3)), one(4, 3, group(3), ran(5))},
			after:  []*process{one(4, 1, group(3), ran(6))},
			want:   "signal 4",
		}, {
			name:   "a script's grandchild: a script can reach anybody",
			before: []*process{one(2, 1, trapShell("x")), one(3, 2), one(4, 3, answers, ran(5))},
			after:  []*process{one(4, 1, answers, ran(6))},
		}, {
			name:   "the child of one that died of the signal: it may have passed it on",
			before: []*process{one(2, 1, answers), one(3, 2, answers, ran(5))},
			after:  []*process{one(3, 1, answers, ran(6))},
			ended:  map[int]int{2: diedOfTERM},
		}, {
			name:   "the grandchild of one that died of the signal",
			before: []*process{one(2, 1, answers), one(3, 2), one(4, 3, answers, ran(5))},
			after:  []*process{one(4, 1, answers, ran(6))},
			ended:  map[int]int{2: diedOfTERM},
			want:   "signal 4",
		}, {
			name:   "the grandchild of one that died of the signal, in a group that it gave its child",
			before: []*process{one(2, 1, answers), one(3, 2, group(3)), one(4, 3, group(3), answers, ran(5))},
			after:  []*process{one(4, 1, group(3), answers, ran(6))},
			ended:  map[int]int{2: diedOfTERM},
		}, {
			name:   "a forwarder's grandchild that handles the signal, whatever its group",
			before: []*process{one(2, 1, sigwaits, wraps(proc.Forwarder)), one(3, 2, group(3)), one(4, 3, group(3), answers, ran(5))},
			after:  []*process{one(4, 1, group(3), answers, ran(6))},
			want:   "signal 4",
		}, {
			name:   "one that does not handle the signal: it would be dead",
			before: []*process{one(2, 1, answers), one(3, 2, ran(5))},
			after:  []*process{one(3, 1, ran(6))},
			want:   "signal 3",
		},
	} {
		t.Run(o.name, o.run)
	}
}

// A pid that comes back is another process.
func TestOrphanWithAReusedPID(t *testing.T) {
	climb(t, ladderFor(initbin.TargetAuto, unhandled),
		moment{at: 0, tree: treeOf(one(2, 1, shell), one(3, 2)), want: "signal 2, signal 3"},
		moment{at: time.Second, tree: treeOf(one(3, 1, started(700))), want: "signal 3"})
}

// A shell that becomes an orphan after it was told is still helped.
func TestOrphanedTrapShellIsHelped(t *testing.T) {
	shellAlone := []*process{one(3, 1, trapShell("61 a"), ran(1)), one(4, 3, answers, stopped)}
	climb(t, ladderFor(initbin.TargetAuto, unhandled),
		moment{at: 0, tree: treeOf(one(2, 1, shell), one(3, 2, trapShell("61 a")), one(4, 3, answers)), want: "signal 2, freeze 4, signal 3"},
		moment{at: 2 * ms, tree: treeOf(shellAlone...), want: "signal 4, thaw 4"})
}

// Leftovers of a main process that ended by itself without having handled anything.
func TestLeftoversAreTold(t *testing.T) {
	climb(t, ladderFor(initbin.TargetAuto, unhandled), moment{at: 0, tree: treeOf(one(5, 1), one(6, 5), one(7, 1, answers), one(8, 7)), want: "signal 5, signal 6, signal 7"})
}

// A program whose runtime catches the signal whatever its author wrote: its children are
// stopped while it dies or acts.
func TestOrphansOfAnEagerProgram(t *testing.T) {
	before := moment{at: 0, tree: treeOf(one(2, 1, eager), one(3, 2, answers)), want: "freeze 3, signal 2"}
	for _, c := range []struct {
		name    string
		moments []moment
	}{
		{"it dies without a word", []moment{{at: 2 * ms, tree: treeOf(one(3, 1, answers, stopped)), want: "thaw 3, signal 3"}}},
		{"it dies, and its end or itself signals its child", []moment{{at: 2 * ms, tree: treeOf(one(3, 1, answers, stopped, awaits)), want: "thaw 3"}, {at: time.Second, tree: treeOf(one(3, 1, answers, ran(9)))}}},
		{"it signals its child", []moment{{at: 2 * ms, tree: treeOf(one(2, 1, eager), one(3, 2, answers, stopped, awaits)), want: "thaw 3"}}},
		{"it takes its time", []moment{{at: 9 * ms, tree: treeOf(one(2, 1, eager), one(3, 2, answers, stopped))}, {at: 10 * ms, tree: treeOf(one(2, 1, eager), one(3, 2, answers, stopped)), want: "thaw 3"}, {at: time.Second, tree: treeOf(one(2, 1, eager), one(3, 2, answers))}}},
	} {
		t.Run(c.name, func(t *testing.T) { climb(t, ladderFor(initbin.TargetAuto), append([]moment{before}, c.moments...)...) })
	}
}

// A daemon that was there before the stop outlives the application, also behind a shell.
func TestDaemonsOutliveTheApplication(t *testing.T) {
	climb(t, ladderFor(initbin.TargetAuto, unhandled),
		moment{at: 0, tree: treeOf(one(2, 1, shell), one(3, 2, answers), one(10, 1, answers)), want: "signal 2, signal 3"},
		moment{at: 3 * time.Second, tree: treeOf(one(3, 1, answers), one(10, 1, answers))},
		moment{at: 4 * time.Second, tree: treeOf(one(10, 1, answers)), want: "signal 10"})
}

// A program that has replaced a shell may know nothing of the shell's background jobs: they are
// stopped while it is signalled, and signalled after its end if it has not done so by then.
func TestJobsOfAReplacedShell(t *testing.T) {
	look := func(job ...trait) *tree {
		return treeOf(one(2, 1, replaced, ran(3)), one(3, 2, append([]trait{answers}, job...)...))
	}
	left := treeOf(one(3, 1, answers, ran(9)))
	before := moment{at: 0, tree: look(), want: "freeze 3, signal 2"}
	for _, c := range []struct {
		name    string
		moments []moment
	}{
		{"it does not signal them", []moment{{at: 9 * ms, tree: look(stopped)}, {at: 10 * ms, tree: look(stopped), want: "thaw 3"}, {at: time.Second, tree: look(ran(8))}, {at: 2 * time.Second, tree: left, want: "signal 3"}}},
		{"it does", []moment{{at: 2 * ms, tree: look(stopped, awaits), want: "thaw 3"}, {at: 2 * time.Second, tree: left}, {at: 5 * time.Second, tree: left}}},
		{"they could not be stopped, so they may have been signalled", []moment{{at: 10 * ms, tree: look(), want: "thaw 3"}, {at: 2 * time.Second, tree: left}, {at: 5 * time.Second, tree: left}}},
	} {
		t.Run(c.name, func(t *testing.T) { climb(t, ladderFor(initbin.TargetAuto), append([]moment{before}, c.moments...)...) })
	}
}

// Who signals its child alone does not reach the child's child.
func TestGrandchildrenOfAnEagerProgram(t *testing.T) {
	look := func(app ...trait) *tree {
		return treeOf(one(2, 1, eager), one(3, 2, shell), one(4, 3, append([]trait{answers}, app...)...))
	}
	without := func(app ...trait) *tree {
		return treeOf(one(2, 1, eager), one(4, 1, append([]trait{answers}, app...)...))
	}
	before := moment{at: 0, tree: look(), want: "freeze 4, signal 2"}
	climb(t, ladderFor(initbin.TargetAuto), before,
		moment{at: 2 * ms, tree: without(stopped)},
		moment{at: 10 * ms, tree: without(stopped), want: "thaw 4, signal 4"})
	climb(t, ladderFor(initbin.TargetAuto), before,
		moment{at: 2 * ms, tree: without(stopped)},
		moment{at: 10 * ms, tree: without(stopped, awaits), want: "thaw 4"},
		moment{at: 5 * time.Second, tree: without(ran(9))})
	climb(t, ladderFor(initbin.TargetAuto), before,
		moment{at: 10 * ms, tree: look(stopped), want: "thaw 4"},
		moment{at: 5 * time.Second, tree: look(ran(9))})
}

// Who was stopped by somebody else goes on first, and is signalled when it shows what it does about
// the signal; who had been signalled meanwhile is not again.
func TestTheHalted(t *testing.T) {
	left := func(traits ...trait) *tree { return treeOf(one(4, 1, append(traits, started(4))...)) }
	before := moment{at: 0, tree: treeOf(one(2, 1, trapShell("a")), one(4, 2, answers, shell, stopped)), want: "signal 2"}
	climb(t, ladderFor(initbin.TargetAuto), before,
		moment{at: ms, tree: left(answers, shell, stopped)},
		moment{at: 101 * ms, tree: left(answers, shell, stopped), want: "thaw 4"},
		moment{at: 111 * ms, tree: left(ran(7)), want: "signal 4"},
		moment{at: 9 * time.Second, tree: left(ran(8))})
	climb(t, ladderFor(initbin.TargetAuto), before,
		moment{at: ms, tree: left(answers, shell, stopped, awaits)},
		moment{at: 101 * ms, tree: left(answers, shell, stopped, awaits), want: "thaw 4"},
		moment{at: 9 * time.Second, tree: left(answers, shell, ran(8))})
	climb(t, ladderFor(initbin.TargetAuto),
		moment{at: 0, tree: treeOf(one(2, 1, stopped)), want: "thaw 2"},
		moment{at: 10 * ms, tree: treeOf(one(2, 1)), want: "signal 2"})
}

// In another session than the init's the kernel would send a stopped process SIGHUP when its
// parent ends, but for the session's leader, whose group has nobody above it anyway.
func TestWhoIsNotStopped(t *testing.T) {
	for _, c := range []struct {
		name  string
		trait trait
		want  string
	}{
		{"in another session", inSession(77), "signal 2"},
		{"a session's leader", inSession(3), "freeze 3, signal 2"},
		{"in a group of its own", group(3), "freeze 3, signal 2"},
		{"stopped already", stopped, "signal 2"},
		{"one that does not handle the signal", func(p *process) { p.Caught = 0 }, "signal 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			climb(t, ladderFor(initbin.TargetAuto), moment{at: 0, tree: treeOf(one(2, 1, eager), one(3, 2, answers, c.trait)), want: c.want})
		})
	}
}

// A daemon that was there from the beginning may have been signalled together with a group that
// it shares with somebody below the main process; else only scripts reach it.
func TestDaemonsInAGroup(t *testing.T) {
	for _, c := range []struct {
		name   string
		daemon trait
		want   string
	}{
		{"that of a child of the main process", group(3), ""},
		{"its own", group(10), "signal 10"},
		{"that of another daemon", group(11), "signal 10"},
	} {
		t.Run(c.name, func(t *testing.T) {
			daemon := func(traits ...trait) *process { return one(10, 1, append(traits, answers, c.daemon)...) }
			other := one(11, 1, deaf, group(11))
			climb(t, ladderFor(initbin.TargetAuto),
				moment{at: 0, tree: treeOf(one(2, 1, answers), one(3, 2, answers, group(3)), daemon(), other), want: "signal 2"},
				moment{at: time.Second, tree: treeOf(daemon(ran(4)))},
				moment{at: 1099 * ms, tree: treeOf(daemon(ran(5)))},
				moment{at: 1100 * ms, tree: treeOf(daemon(ran(6))), want: c.want},
				moment{at: 9 * time.Second, tree: treeOf(daemon(ran(7)))})
		})
	}
}
