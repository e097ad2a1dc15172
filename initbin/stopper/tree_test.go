package stopper

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/proc"
)

// The watcher and the main process of every tree here.
const (
	watcherPID = 1
	mainPID    = 2
)

const term = uint64(1) << (initbin.SIGTERM - 1)

// trait changes a process that a test makes.
type trait func(p *process)

func handles(signals ...initbin.Signal) trait {
	return func(p *process) {
		for _, s := range signals {
			p.Caught |= 1 << (s - 1)
		}
	}
}

func answers(p *process)  { p.Caught |= term }
func sigwaits(p *process) { p.Blocked |= term }
func deaf(p *process)     { p.Ignored |= term }
func shell(p *process)    { p.shell = true }
func job(p *process)      { p.job = true }

// trapShell is a shell with a trap, at a place.
func trapShell(place string) trait {
	return func(p *process) { p.shell, p.place, p.Caught = true, place, p.Caught|term }
}
func eager(p *process)    { answers(p); p.wrapper = proc.Eager }
func stopped(p *process)  { p.State = 'T' }
func running(p *process)  { p.State = 'R' }
func awaits(p *process)   { p.Pending |= term }
func reaped(p *process)   { p.Reaped++ }
func nowhere(p *process)  { p.place = "" }
func replaced(p *process) { answers(p); p.replaced = true }
func computed(d time.Duration) trait {
	return func(p *process) { p.CPU += uint64(d / tick) }
}
func idler(p *process)              { p.wrapper = proc.Idler }
func fish(p *process)               { trapShell("a")(p); p.noticesStops = true }
func wraps(kind proc.Wrapper) trait { return func(p *process) { p.wrapper = kind } }
func group(id int) trait            { return func(p *process) { p.Group = id } }
func inSession(id int) trait        { return func(p *process) { p.Session = id } }
func started(at uint64) trait       { return func(p *process) { p.Start = at } }
func ran(switches uint64) trait     { return func(p *process) { p.Switches = switches } }
func onTerminal(p *process)         { p.Terminal, p.Session = 34816, p.PID }
func prints(pipe string) trait      { return func(p *process) { p.writes = map[string]bool{pipe: true} } }
func readsFrom(pipe string) trait {
	return func(p *process) { p.reads = map[string]string{pipe: "0"} }
}
func alsoReads(pipe string) trait {
	return func(p *process) { p.reads = map[string]string{pipe: "9"} }
}

// one is a process in the main process's group and session, as old as its pid says.
func one(pid, parent int, traits ...trait) *process {
	p := &process{Stat: proc.Stat{PID: pid, Parent: parent, Group: mainPID, Session: mainPID, State: 'S', Start: uint64(pid)}}
	for _, t := range traits {
		t(p)
	}
	return p
}

// treeOf arranges processes below the watcher.
func treeOf(list ...*process) *tree {
	list = append(slices.Clone(list), &process{Stat: proc.Stat{PID: watcherPID, Session: mainPID, Group: watcherPID}})
	return newTree(list, watcherPID, mainPID, func(p *process) bool { return p.PID == 99 })
}

// moment is one look at a tree, and what the ladder is to do about it.
type moment struct {
	at    time.Duration
	tree  *tree
	want  string // "signal 2, freeze 3", in order
	ended map[int]int
}

// climb takes a ladder through moments.
func climb(t *testing.T, l *ladder, moments ...moment) {
	t.Helper()
	for _, m := range moments {
		for pid, status := range m.ended {
			l.ended(pid, status)
		}
		var got []string
		for _, a := range l.step(m.tree, m.at) {
			got = append(got, fmt.Sprintf("%s %d", [...]string{deliver: "signal", freeze: "freeze", thaw: "thaw", insist: "insist"}[a.verb], a.p.PID))
			if a.why == "" {
				t.Errorf("at %s: nobody says why %s is done", m.at, got[len(got)-1])
			}
		}
		if text := strings.Join(got, ", "); text != m.want {
			t.Errorf("at %s: %q, want %q", m.at, text, m.want)
		}
	}
}

// ladderFor is a ladder of a stop by SIGTERM with 20 s to SIGKILL.
func ladderFor(target initbin.Target, change ...func(*handover.Task)) *ladder {
	task := handover.Task{Main: mainPID, Signal: int(initbin.SIGTERM), Arrived: int(initbin.SIGTERM), Handled: true}
	for _, c := range change {
		c(&task)
	}
	return newLadder(task, target, 20*time.Second)
}

func toldAlready(t *handover.Task) { t.Told = true }
func unhandled(t *handover.Task)   { t.Handled = false }

func pids(list []*process) string {
	var words []string
	for _, p := range list {
		words = append(words, itoa(p.PID))
	}
	return strings.Join(words, " ")
}

// Who belongs to the container: what descends from the init, wherever it is, but for
// our own kind and what an exec'd session left.
func TestTree(t *testing.T) {
	f := treeOf(
		one(2, 1), one(3, 2, inSession(3), group(3)), one(4, 3),
		one(10, 1, inSession(10)), one(11, 10), // a daemon: orphan and session leader
		one(12, 1, inSession(3)),                              // an orphan of a session in the container
		one(13, 1, inSession(77)),                             // an orphan whose session leader is gone
		one(20, 0, inSession(20)), one(21, 20, inSession(20)), // kubectl exec
		one(22, 1, inSession(20)), one(23, 22, inSession(20)), // what it left
		one(99, 1), one(98, 99), // a stopper
	)
	if f.main == nil || f.main.PID != 2 || pids(f.orphans) != "10 12 13" || len(f.all) != 7 {
		t.Errorf("main %v, orphans %s, %d in all", f.main, pids(f.orphans), len(f.all))
	}
}

// A zombie is no member, but it is waited for, and its children are orphans: it is
// there as long as another of its threads is.
func TestTreeWithZombies(t *testing.T) {
	zombie := func(p *process) { p.State = 'Z' }
	f := treeOf(one(2, 1, zombie), one(3, 2), one(4, 3, zombie), one(5, 4), one(10, 1, zombie))
	if f.main != nil || pids(f.orphans) != "3 5" || len(f.all) != 2 || f.ending == 0 {
		t.Errorf("main %v, orphans %s, %d in all, %d ending", f.main, pids(f.orphans), len(f.all), f.ending)
	}
	if f := treeOf(one(2, 1, zombie)); len(f.all) != 0 || f.ending != 1 {
		t.Errorf("a zombie alone: %d in all, %d ending", len(f.all), f.ending)
	}
}

// A main process without a session leader that we see, as in a shared session.
func TestTreeKeepsTheMainProcess(t *testing.T) {
	f := treeOf(one(20, 0, inSession(20)), one(2, 1, inSession(20)))
	if f.main == nil || len(f.all) != 1 {
		t.Errorf("the main process is missing: %v", f.all)
	}
}

func TestApplication(t *testing.T) {
	for _, c := range []struct {
		name        string
		processes   []*process
		heir, front string
	}{
		{"the main process answers", []*process{one(2, 1, answers), one(3, 2)}, "", ""},
		{"the main process alone", []*process{one(2, 1)}, "", ""},
		{"behind a shell", []*process{one(2, 1, shell), one(3, 2, answers)}, "3", "2"},
		{"script in script", []*process{one(2, 1, shell), one(3, 2, shell), one(4, 3)}, "4", "2 3"},
		{"the youngest", []*process{one(2, 1, shell), one(3, 2, answers), one(4, 2, answers)}, "4", "2"},
		{"not a job job", []*process{one(2, 1, shell), one(3, 2, answers), one(4, 2, answers, job)}, "3", "2"},
		{"unless there is nobody else", []*process{one(2, 1, shell), one(3, 2, answers, job)}, "3", "2"},
		{"the main process has gone", []*process{one(3, 1)}, "", ""},
		{"a launcher that waits for a shell", []*process{one(2, 1, answers), one(3, 2, shell), one(4, 3)}, "4", "3"},
		{"one more between them", []*process{one(2, 1, answers), one(3, 2), one(4, 3, shell), one(5, 4)}, "5", "3 4"},
		{"the shell has no child", []*process{one(2, 1, answers), one(3, 2, shell)}, "", ""},
		{"it waits for more than a shell", []*process{one(2, 1, answers), one(3, 2, shell), one(4, 3), one(5, 2)}, "", ""},
	} {
		heir, front := treeOf(c.processes...).application(int(initbin.SIGTERM))
		got := ""
		if heir != nil {
			got = itoa(heir.PID)
		}
		if got != c.heir || pids(front) != c.front {
			t.Errorf("%s: heir %q behind %q, want %q behind %q", c.name, got, pids(front), c.heir, c.front)
		}
	}
}

// Signals that are not stops.
func TestReceivers(t *testing.T) {
	hup := handles(initbin.SIGHUP)
	tree := func() []*process {
		return []*process{
			one(2, 1, shell), one(3, 2, hup), one(4, 3, hup), one(5, 2), one(6, 5, hup, group(6)), one(10, 1, hup, group(10)), one(11, 1),
		}
	}
	two := func() []*process { return []*process{one(2, 1, hup), one(3, 2, hup)} }
	orphan := func() []*process { return []*process{one(10, 1, hup)} }
	for _, c := range []struct {
		target initbin.Target
		signal initbin.Signal
		tree   func() []*process
		want   string
	}{
		{initbin.TargetAuto, initbin.SIGHUP, tree, "3 6 10"},
		{initbin.TargetMain, initbin.SIGHUP, tree, ""},
		{initbin.TargetGroup, initbin.SIGHUP, tree, "3 4"},
		{initbin.TargetAll, initbin.SIGHUP, tree, "3 4 6 10"},
		{initbin.TargetAuto, initbin.SIGWINCH, tree, ""},
		{initbin.TargetAuto, initbin.SIGCONT, tree, "2 3 4 5 6 10 11"},
		{initbin.TargetMain, initbin.SIGCONT, tree, "2"},
		{initbin.TargetMain, initbin.SIGHUP, two, "2"},
		{initbin.TargetAuto, initbin.SIGHUP, two, "2"},
		{initbin.TargetGroup, initbin.SIGHUP, orphan, ""},
	} {
		if got := pids(receivers(treeOf(c.tree()...), int(c.signal), c.target, nil)); got != c.want {
			t.Errorf("%s to %s: %q, want %q", c.signal, c.target, got, c.want)
		}
	}
}

// A process that does not know the stop signal is told SIGTERM.
func TestTellable(t *testing.T) {
	const quit = int(initbin.SIGQUIT)
	if got := one(2, 1, handles(initbin.SIGQUIT)).signalFor(quit); got != quit {
		t.Errorf("a process that handles SIGQUIT is told %d", got)
	}
	if got := one(2, 1).signalFor(quit); got != int(initbin.SIGTERM) {
		t.Errorf("a process that does not handle SIGQUIT is told %d", got)
	}
	if !one(2, 1, answers).handlesStop(quit) || !one(2, 1, sigwaits).handlesStop(quit) || one(2, 1, deaf).handlesStop(quit) {
		t.Error("who answers SIGTERM answers a stop by SIGQUIT, and nobody else")
	}
}

// TestUnsettled: a shell on its way to its next command is believed to be until it has used settleTime
// of a processor since it was first seen, and what it used before does not count; one that sleeps is
// at rest.
func TestUnsettled(t *testing.T) {
	running := func(used time.Duration) trait {
		return func(p *process) { p.State, p.CPU = 'R', uint64((time.Hour+used)/tick) }
	}
	used := map[identity]uint64{}
	for _, c := range []struct {
		tree *tree
		want bool
	}{
		{treeOf(one(2, 1, shell, running(0))), true},
		{treeOf(one(2, 1, shell, running(settleTime-tick))), true},
		{treeOf(one(2, 1, shell, running(settleTime))), false},
		{treeOf(one(2, 1, shell)), false},
		{treeOf(one(2, 1, running(0))), false},
	} {
		if got := c.tree.unsettled(used, time.Hour); got != c.want {
			t.Errorf("%c, CPU %d: unsettled: %v, want %v", c.tree.main.State, c.tree.main.CPU, got, c.want)
		}
	}
}
