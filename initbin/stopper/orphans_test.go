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
	climb(t, ladderFor(initbin.TargetAuto, unhandled), moment{at: 0, family: familyOf(one(2, 1, shell), one(3, 2), one(10, 1)), want: "tell 2, tell 3, tell 10"})
}

// While a main process that answers lives, it may need its daemon, or stop it itself.
func TestOrphansOfALivingMainProcess(t *testing.T) {
	both := familyOf(one(2, 1, answers), one(10, 1, group(10)))
	left := familyOf(one(10, 1, group(10)))
	climb(t, ladderFor(initbin.TargetAuto),
		moment{at: 0, family: both, want: "tell 2"},
		moment{at: 5 * time.Second, family: both},
		moment{at: 6 * time.Second, family: left},
		moment{at: 6050 * ms, family: left},
		moment{at: 6100 * ms, family: left, want: "tell 10"})
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
	before, after := familyOf(o.before...), familyOf(o.after...)
	told := ""
	if o.want != "" {
		told = o.want
	}
	climb(t, l,
		moment{at: 0, family: before, want: "tell 2"},
		moment{at: time.Second, family: after, ended: o.ended},
		moment{at: 1090 * ms, family: after},
		moment{at: 1100 * ms, family: after, want: told},
		moment{at: 3 * time.Second, family: after})
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
			want:   "tell 3",
		}, {
			name:   "its grandchild: many a program walks the tree below it",
			before: []*process{one(2, 1, answers), one(3, 2, ran(5)), one(4, 3, ran(5))},
			after:  []*process{one(4, 1, ran(6))},
		}, {
			name:   "a forwarder's grandchild, whatever its group",
			before: []*process{one(2, 1, sigwaits, wraps(proc.Forwarder)), one(3, 2, group(3)), one(4, 3, group(3), ran(5))},
			after:  []*process{one(4, 1, group(3), ran(6))},
			want:   "tell 4",
		}, {
			name:   "a script's grandchild: a script can reach anybody",
			before: []*process{one(2, 1, trapShell("x"), inWait), one(3, 2), one(4, 3, ran(5))},
			after:  []*process{one(4, 1, ran(6))},
		}, {
			name:   "the child of one that died of the signal itself",
			before: []*process{one(2, 1, answers), one(3, 2, ran(5))},
			after:  []*process{one(3, 1, ran(6))},
			ended:  map[int]int{2: diedOfTERM},
			want:   "tell 3",
		},
	} {
		t.Run(o.name, o.run)
	}
}

// A pid that comes back is another process.
func TestOrphanWithAReusedPID(t *testing.T) {
	climb(t, ladderFor(initbin.TargetAuto, unhandled),
		moment{at: 0, family: familyOf(one(2, 1, shell), one(3, 2)), want: "tell 2, tell 3"},
		moment{at: time.Second, family: familyOf(one(3, 1, started(700))), want: "tell 3"})
}

// A shell that becomes an orphan after it was told is still helped.
func TestOrphanedTrapShellIsHelped(t *testing.T) {
	shellAlone := []*process{one(3, 1, trapShell("61 a")), one(4, 3, answers)}
	climb(t, ladderFor(initbin.TargetAuto, unhandled),
		moment{at: 0, family: familyOf(one(2, 1, shell), one(3, 2, trapShell("61 a")), one(4, 3, answers)), want: "tell 2, tell 3"},
		moment{at: 50 * ms, family: familyOf(shellAlone...), want: "tell 4"})
}

// Leftovers of a main process that ended by itself without having handled anything.
func TestLeftoversAreTold(t *testing.T) {
	climb(t, ladderFor(initbin.TargetAuto, unhandled), moment{at: 0, family: familyOf(one(5, 1), one(6, 5), one(7, 1, answers), one(8, 7)), want: "tell 5, tell 6, tell 7"})
}
