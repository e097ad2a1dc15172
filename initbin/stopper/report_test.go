package stopper

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/proc"
)

// FuzzReportLine: whatever processes are called, the report is one line of JSON that
// fits into a termination message.
func FuzzReportLine(f *testing.F) {
	f.Add("sleep 1000", 3, 1, int64(1500*time.Millisecond))
	f.Add(strings.Repeat("\x01\"\\\n", 100), 40, 40, int64(0))
	f.Add("\xff\xc3\xa9\u2028</script>", 1, 0, int64(-1))
	f.Add(strings.Repeat("😀", 300), 13, 12, int64(1)<<60)
	f.Fuzz(func(t *testing.T, command string, told, killed int, took int64) {
		var r report
		p := &process{Stat: proc.Stat{PID: 4194304, State: 'D', Name: []byte(command)}, title: named(0, []byte(command))}
		for range uint(told) % 64 {
			r.told(p, 0)
		}
		for range uint(killed) % 64 {
			r.killed(p)
		}
		r.seen(&tree{}, time.Duration(took))
		for pid := range told % 64 {
			other := *p
			other.PID = pid
			r.remain(&tree{all: map[int]*process{pid: &other}})
		}
		line := r.line(stage{phase: handover.PhaseDone, arrived: 15, drained: -1, stopped: time.Duration(took), code: 255})
		if !handover.IsReport(line) || strings.Count(string(line), "\n") != 1 || !json.Valid(line) {
			t.Fatalf("%d bytes:\n%s", len(line), line)
		}
	})
}

func TestReportLine(t *testing.T) {
	var r report
	r.told(&process{Stat: proc.Stat{PID: 7}, title: `redis "x"`}, 0)
	r.seen(&tree{}, 1234567*time.Microsecond)
	r.told(&process{Stat: proc.Stat{PID: 8, Name: []byte("kworker")}}, time.Second)
	r.killed(&process{Stat: proc.Stat{PID: 8, State: 'D', Name: []byte("kworker")}})
	const phases = `{"phase":"done","since":"2026-11-30T15:04:05.250Z","signal":"SIGTERM","stop":2.5,"seconds":2.5,"exitCode":137,`
	const want = phases + `"killed":[{"pid":8,"command":"[kworker]","state":"D"}],` +
		`"told":[{"pid":7,"command":"redis \"x\"","seconds":1.235},{"pid":8,"command":"[kworker]"}]}` + "\n"
	since := time.Date(2026, 11, 30, 15, 4, 5, 250e6, time.UTC)
	if got := string(r.line(stage{phase: handover.PhaseDone, since: since, arrived: 15, drained: -1, stopped: 2500 * time.Millisecond, code: 137})); got != want {
		t.Errorf("the report is\n%swant\n%s", got, want)
	}
	r.remain(&tree{all: map[int]*process{9: {Stat: proc.Stat{PID: 9, State: 'S'}, title: "web"}}})
	const left = `{"phase":"stop","since":"2026-11-30T15:04:05.250Z","signal":"SIGTERM","drain":5,"stop":0.01,"seconds":5.01,` +
		`"killed":[{"pid":8,"command":"[kworker]","state":"D"}],"left":[{"pid":9,"command":"web","state":"S"}],` +
		`"told":[{"pid":7,"command":"redis \"x\"","seconds":1.235},{"pid":8,"command":"[kworker]"}]}` + "\n"
	if got := string(r.line(stage{phase: handover.PhaseStop, since: since, arrived: 15, drained: 5 * time.Second, stopped: 10 * time.Millisecond})); got != left {
		t.Errorf("the report is\n%swant\n%s", got, left)
	}
}

// TestNames: a report and a log name programs and scripts, never arguments, whatever they are.
func TestNames(t *testing.T) {
	script, err := filepath.Abs("report_test.go") // any file that is there
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ line, want string }{
		{"mysql\x00--password=secret", "mysql"},
		{"mysql\x00-psecret\x00secret", "mysql"},
		{"/usr/bin/python3.11\x00" + script + "\x00--token\x00secret", "/usr/bin/python3.11 " + script},
		{"python3\x00-u\x00" + script, "python3 " + script},
		{"node\x00--token\x00secret\x00" + script, "node"},
		{"sh\x00-c\x00export TOKEN=secret; exec app", "sh"},
		{"cat\x00" + script, "cat"},
		{"nginx: worker process", "nginx: worker"},
		{"app: --password=secret", "app:"},
		{"app --password=secret", "app"},
		{"\x00secret", ""},
		{"", ""},
		{"a\nb\x1b[2J\u009b1m\u202e\u2066\xff", "a?b?[2J?1m???"},
	} {
		if got := named(os.Getpid(), []byte(c.line)); got != c.want || strings.Contains(got, "secret") {
			t.Errorf("%q is named %q, want %q", c.line, got, c.want)
		}
	}
}

// TestOverdue: a stop that the watcher forced is not told as a clean one.
func TestOverdue(t *testing.T) {
	r := report{overdue: true}
	if got := string(r.line(stage{phase: handover.PhaseDone, arrived: 15, drained: -1, stopped: time.Second, code: 137})); !strings.Contains(got, `"forced":true`) {
		t.Errorf("the report is %s", got)
	}
}
