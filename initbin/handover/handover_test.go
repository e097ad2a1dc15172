package handover

import (
	"strings"
	"testing"

	"github.com/softstop/softstop/initbin"
)

// FuzzTask: what the watcher writes is what the stopper reads.
func FuzzTask(f *testing.F) {
	f.Add(0, 2, 15, 15, true, false, int64(0), int64(0), int64(0), int64(23e9))
	f.Add(2, 1<<22, 64, 1, false, true, int64(1)<<61, int64(1)<<60, int64(1)<<62, int64(-1))
	f.Add(-1<<63, -1<<63, -1<<63, -1<<63, true, true, int64(-1<<63), int64(-1<<63), int64(-1<<63), int64(-1<<63))
	f.Fuzz(func(t *testing.T, mode, main, signal, arrived int, told, handled bool, asked, date, since, deadline int64) {
		task := Task{Mode: Mode(mode), Main: main, Signal: signal, Arrived: arrived, Told: told, Handled: handled, Asked: asked, Date: date, Since: since, Deadline: deadline}
		var l Line
		text := string(l.Task(&task).Bytes())
		if len(text) >= 250 || !IsStopper(text) {
			return // no such numbers exist
		}
		if mode < -1<<62 || asked < -1<<62 || date < -1<<62 || since < -1<<62 || deadline < -1<<62 || main < -1<<62 || signal < -1<<62 || arrived < -1<<62 {
			return // the negative of the smallest number is no number
		}
		got, err := ParseTask(text)
		if err != nil || got != task {
			t.Fatalf("%+v is written %q and read as %+v, %v", task, text, got, err)
		}
	})
}

// FuzzParseTask: no argv[0] makes the stopper panic.
func FuzzParseTask(f *testing.F) {
	for _, s := range []string{"", "softstop-stopper", "softstop-stopper mode=0", "softstop-stopper =", "softstop-stopper mode=x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_ = IsStopper(text)
		if task, err := ParseTask(text); err == nil && !strings.Contains(text, "deadline=") {
			t.Fatalf("%q is read as %+v", text, task)
		}
	})
}

func TestIsStopper(t *testing.T) {
	for text, want := range map[string]bool{"softstop-stopper mode=0": true, "softstop-stopper": false, "softstop-stopperx": false, "softstop-init": false, "": false} {
		if IsStopper(text) != want {
			t.Errorf("IsStopper(%q) is %v", text, !want)
		}
	}
}

// A line that is too long is cut, and still ends in a NUL byte.
func TestLineIsCut(t *testing.T) {
	var l Line
	for range 100 {
		l.Text("0123456789").Number(-42)
	}
	if text := l.CString(); len(text) != len(l.text) || text[len(text)-1] != 0 || !strings.HasPrefix(string(text), "0123456789-420123") {
		t.Errorf("the line is %q", text)
	}
}

// TestLastCall: a quarter of the timeout before its end, at most 5 s.
func TestLastCall(t *testing.T) {
	const ms = int64(1e6)
	for timeout, want := range map[int64]int64{
		0: 0, 1 * ms: 750_000, 1000 * ms: 750 * ms, 4000 * ms: 3000 * ms, 5000 * ms: 3750 * ms,
		19_996 * ms: 14_997 * ms, 20_000 * ms: 15_000 * ms, 23_000 * ms: 18_000 * ms, 3600_000 * ms: 3595_000 * ms,
	} {
		if got := LastCall(timeout); got != want {
			t.Errorf("with a timeout of %d ms the last call is after %d ns, want %d", timeout/ms, got, want)
		}
	}
}

func TestEndingCode(t *testing.T) {
	ok := initbin.ExitCodes{}
	ok.Add(143)
	ok.Add(3)
	exit := func(code int) int { return code << 8 }
	for _, c := range []struct {
		name string
		e    Ending
		want int
	}{
		{"own code", Ending{MainGone: true, Main: exit(3)}, 3},
		{"own code after a stop", Ending{Asked: true, Told: 15, MainGone: true, Main: exit(3)}, 3},
		{"signal", Ending{MainGone: true, Main: 9}, 137},
		{"signal with a core dump", Ending{MainGone: true, Main: 11 | 0x80}, 139},
		{"ok code without a stop", Ending{MainGone: true, Main: exit(3), OK: ok}, 3},
		{"ok code after a stop", Ending{Asked: true, Told: 15, MainGone: true, Main: exit(3), OK: ok}, 0},
		{"ok signal after a stop", Ending{Asked: true, Told: 15, MainGone: true, Main: 15, OK: ok}, 0},
		{"heir", Ending{Asked: true, Told: 15, MainGone: true, Main: 15, HeirGone: true, Heir: exit(7)}, 7},
		{"heir behind a wrapper that reports its shell's end", Ending{Asked: true, Told: 2, MainGone: true, Main: exit(143), HeirGone: true, Heir: exit(7)}, 7},
		{"heir of a main process that was sent SIGTERM in place of the stop signal", Ending{Asked: true, Told: 2, MainGone: true, Main: 15, HeirGone: true, Heir: exit(7)}, 7},
		{"main process died of the stop signal, which is not SIGTERM", Ending{Asked: true, Told: 2, MainGone: true, Main: 2, HeirGone: true, Heir: exit(7)}, 7},
		{"main process died of another signal than the two", Ending{Asked: true, Told: 2, MainGone: true, Main: 3, HeirGone: true, Heir: exit(7)}, 131},
		{"heir has not ended", Ending{Asked: true, Told: 15, MainGone: true, Main: 15, Heir: exit(7)}, 143},
		{"heir's ok code", Ending{Asked: true, Told: 15, MainGone: true, Main: 15, HeirGone: true, Heir: exit(3), OK: ok}, 0},
		{"main process spoke for itself", Ending{Asked: true, Told: 15, MainGone: true, Main: exit(5), HeirGone: true, Heir: exit(7)}, 5},
		{"main process died of something else", Ending{Asked: true, Told: 15, MainGone: true, Main: 9, HeirGone: true, Heir: exit(7)}, 137},
		{"heir without a stop", Ending{Told: 15, MainGone: true, Main: 15, HeirGone: true, Heir: exit(7)}, 143},
		{"main process never ended", Ending{Asked: true, Told: 15}, 137},
	} {
		if got := c.e.Code(); got != c.want {
			t.Errorf("%s: code %d, want %d", c.name, got, c.want)
		}
	}
}
