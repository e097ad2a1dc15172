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
		{"a main process alone", []*process{one(2, 1)}, "tell 2"},
		{"a supervisor with workers", []*process{one(2, 1, answers), one(3, 2), one(4, 3)}, "tell 2"},
		{"one that sigwaits", []*process{one(2, 1, sigwaits), one(3, 2)}, "tell 2"},
		{"a shell without a trap", []*process{one(2, 1, shell), one(3, 2, answers)}, "tell 2, tell 3"},
		{"script in script", []*process{one(2, 1, shell), one(3, 2, shell), one(4, 3, answers), one(5, 4)}, "tell 2, tell 3, tell 4"},
		{"background jobs", []*process{one(2, 1, shell), one(3, 2, answers, background), one(4, 2, answers)}, "tell 2, tell 3, tell 4"},
		{"one that ignores it", []*process{one(2, 1, deaf), one(3, 2)}, "tell 2, tell 3"},
		{"another session and group", []*process{one(2, 1, shell), one(3, 2, group(3), inSession(3))}, "tell 2, tell 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := familyOf(c.processes...)
			climb(t, ladderFor(initbin.TargetAuto), moment{at: 0, family: f, want: c.want}, moment{at: 50 * ms, family: f}, moment{at: 3 * time.Second, family: f})
		})
	}
}

// What a process did about the signal before it was told counts, not what it does while
// it stops.
func TestLadderRemembersWhoAnswered(t *testing.T) {
	climb(t, ladderFor(initbin.TargetAuto),
		moment{at: 0, family: familyOf(one(2, 1, answers), one(3, 2)), want: "tell 2"},
		moment{at: 100 * ms, family: familyOf(one(2, 1), one(3, 2))},
	)
}

func TestLadderTargets(t *testing.T) {
	tree := func() *family {
		return familyOf(one(2, 1, shell), one(3, 2, answers), one(4, 2, answers, group(4)), one(10, 1, answers, group(10)))
	}
	for _, c := range []struct {
		target initbin.Target
		told   bool
		want   string
	}{
		{initbin.TargetMain, true, ""},
		{initbin.TargetGroup, true, ""},
		{initbin.TargetAll, false, "tell 2, tell 3, tell 4, tell 10"},
		{initbin.TargetAuto, false, "tell 2, tell 3, tell 4, tell 10"},
		{initbin.TargetAuto, true, "tell 3, tell 4, tell 10"},
	} {
		t.Run(c.target.String(), func(t *testing.T) {
			l := ladderFor(c.target, unhandled, func(task *handover.Task) { task.Told = c.told })
			climb(t, l, moment{at: 0, family: tree(), want: c.want})
		})
	}
}

// Shortly before the timeout everyone not yet told is told; in group, that is who is
// outside of it.
func TestLadderLastCall(t *testing.T) {
	tree := familyOf(one(2, 1, answers), one(3, 2), one(4, 2, group(4)), one(10, 1, group(10)))
	climb(t, ladderFor(initbin.TargetAuto),
		moment{at: 0, family: tree, want: "tell 2"},
		moment{at: 14_900 * ms, family: tree},
		moment{at: 15_000 * ms, family: tree, want: "tell 3, tell 4, tell 10"},
		moment{at: 16_000 * ms, family: tree})
	climb(t, ladderFor(initbin.TargetGroup, toldAlready),
		moment{at: 0, family: tree},
		moment{at: 15_000 * ms, family: tree, want: "tell 4, tell 10"})
	climb(t, ladderFor(initbin.TargetMain, toldAlready),
		moment{at: 0, family: tree},
		moment{at: 15_000 * ms, family: tree, want: "tell 3, tell 4, tell 10"})
}

// A shell with a trap: in wait its children are its own affair, behind a foreground
// child that child is told in its place.
func TestLadderTrapShells(t *testing.T) {
	look := func(place string, extra ...trait) *family {
		return familyOf(one(2, 1, append([]trait{trapShell(place)}, extra...)...), one(3, 2, answers, background), one(4, 2, answers))
	}
	for _, c := range []struct {
		name    string
		moments []moment
	}{
		{"in the wait builtin, as dash shows it", []moment{{at: 0, family: look("130 x", inWait), want: "tell 2"}, {at: 60 * ms, family: look("130 x", inWait)}, {at: time.Second, family: look("130 x")}}},
		{"in wait, where bash moves on", []moment{{at: 0, family: look("61 a"), want: "tell 2"}, {at: 10 * ms, family: look("61 a")}, {at: 50 * ms, family: look("61 b")}, {at: time.Second, family: look("61 a")}}},
		{"behind a foreground child", []moment{{at: 0, family: look("61 a"), want: "tell 2"}, {at: 30 * ms, family: look("61 a")}, {at: 40 * ms, family: look("61 a"), want: "tell 4"}, {at: time.Second, family: look("61 a")}}},
	} {
		t.Run(c.name, func(t *testing.T) { climb(t, ladderFor(initbin.TargetAuto), c.moments...) })
	}
}

// With only background jobs below it a shell that does not move has nobody to be told.
func TestLadderTrapShellWithBackgroundJobsOnly(t *testing.T) {
	f := familyOf(one(2, 1, trapShell("61 a")), one(3, 2, answers, background))
	climb(t, ladderFor(initbin.TargetAuto), moment{at: 0, family: f, want: "tell 2"}, moment{at: time.Second, family: f})
}

// A foreground child that is a shell without a trap is passed through.
func TestLadderTrapShellBeforeAShell(t *testing.T) {
	f := familyOf(one(2, 1, trapShell("61 a")), one(3, 2, shell), one(4, 3, answers))
	climb(t, ladderFor(initbin.TargetAuto), moment{at: 0, family: f, want: "tell 2"}, moment{at: 50 * ms, family: f, want: "tell 3, tell 4"})
}

// A reader of what others print is told after them, and after a pause.
func TestLadderHoldsReadersBack(t *testing.T) {
	both := familyOf(one(2, 1, shell), one(3, 2, answers, prints("p")), one(4, 2, readsFrom("p")))
	alone := familyOf(one(4, 1, readsFrom("p")))
	l := ladderFor(initbin.TargetAuto, unhandled)
	climb(t, l, moment{at: 0, family: both, want: "tell 2, tell 3"}, moment{at: 2 * time.Second, family: both},
		moment{at: 2100 * ms, family: alone}, moment{at: 2400 * ms, family: alone}, moment{at: 2600 * ms, family: alone, want: "tell 4"})
}

// A main process that is a reader and does not answer: who writes is told first.
func TestLadderHoldsAReadingMainProcessBack(t *testing.T) {
	f := familyOf(one(2, 1, readsFrom("p")), one(3, 2, answers, prints("p")))
	climb(t, ladderFor(initbin.TargetAuto, unhandled), moment{at: 0, family: f, want: "tell 3"}, moment{at: time.Second, family: f})
}

// A process that reads another pipe is held back only if it does not handle SIGTERM.
func TestLadderFurtherPipes(t *testing.T) {
	f := familyOf(one(2, 1, shell), one(3, 2, answers, prints("p")), one(4, 2, alsoReads("p")), one(5, 2, answers, alsoReads("p")))
	climb(t, ladderFor(initbin.TargetAuto, unhandled), moment{at: 0, family: f, want: "tell 2, tell 3, tell 5"})
}

// In a ring somebody must begin: the older one.
func TestLadderRing(t *testing.T) {
	f := familyOf(one(2, 1, shell), one(3, 2, answers, prints("p"), readsFrom("q")), one(4, 2, answers, prints("q"), readsFrom("p")))
	climb(t, ladderFor(initbin.TargetAuto, unhandled), moment{at: 0, family: f, want: "tell 2, tell 3"})
}

// The last call waits for nobody.
func TestLadderLastCallIgnoresPipes(t *testing.T) {
	f := familyOf(one(2, 1, shell), one(3, 2, prints("p")), one(4, 2, readsFrom("p")))
	climb(t, ladderFor(initbin.TargetAuto, unhandled), moment{at: 15 * time.Second, family: f, want: "tell 2, tell 3, tell 4"})
}

// su, runuser and script are passed over while they have a child, and told after it.
func TestLadderKillers(t *testing.T) {
	f := familyOf(one(2, 1, answers, wraps(proc.Killer)), one(3, 2, answers))
	alone := familyOf(one(2, 1, answers, wraps(proc.Killer)))
	climb(t, ladderFor(initbin.TargetAuto), moment{at: 0, family: f, want: "tell 3"}, moment{at: time.Second, family: f}, moment{at: 2 * time.Second, family: alone, want: "tell 2"})
}

// dumb-init is frozen until those below it have ended, then goes on.
func TestLadderRepeaters(t *testing.T) {
	f := familyOf(one(2, 1, shell), one(3, 2, sigwaits, wraps(proc.Repeater)), one(4, 3, answers))
	left := familyOf(one(2, 1, shell), one(3, 2, sigwaits, wraps(proc.Repeater)))
	climb(t, ladderFor(initbin.TargetAuto, unhandled), moment{at: 0, family: f, want: "tell 2, freeze 3, tell 4"}, moment{at: time.Second, family: f},
		moment{at: 2 * time.Second, family: left, want: "thaw 3"}, moment{at: 3 * time.Second, family: left})
}

// Who gave its child a terminal, as script and expect do, would take it away.
func TestLadderTerminalOwners(t *testing.T) {
	onIt := func(p *process) { p.Terminal, p.Session = 34817, 3 }
	f := familyOf(one(2, 1, answers), one(3, 2, onIt, answers))
	alone := familyOf(one(2, 1, answers))
	climb(t, ladderFor(initbin.TargetAuto), moment{at: 0, family: f, want: "tell 3"}, moment{at: time.Second, family: alone, want: "tell 2"})
}

// A terminal's session leader would take its children along.
func TestLadderTerminalLeaders(t *testing.T) {
	f := familyOf(one(2, 1, shell, onTerminal, deaf), one(3, 2, answers))
	alone := familyOf(one(2, 1, shell, onTerminal, deaf))
	climb(t, ladderFor(initbin.TargetAuto, unhandled), moment{at: 0, family: f, want: "tell 3"}, moment{at: time.Second, family: alone, want: "tell 2"})
}
