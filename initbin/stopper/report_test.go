package stopper

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

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
		p := &process{Stat: proc.Stat{PID: 4194304, State: 'D', Name: []byte(command)}, command: printable([]byte(command))}
		for range uint(told) % 64 {
			r.told(p, 0)
		}
		for range uint(killed) % 64 {
			r.killed(p)
		}
		r.seen(&tree{}, time.Duration(took))
		line := r.line(15, time.Duration(took), 255)
		if len(line) >= 4096 || strings.Count(string(line), "\n") != 1 || !json.Valid(line) {
			t.Fatalf("%d bytes:\n%s", len(line), line)
		}
	})
}

func TestReportLine(t *testing.T) {
	var r report
	r.told(&process{Stat: proc.Stat{PID: 7}, command: `redis "x"`}, 0)
	r.seen(&tree{}, 1234567*time.Microsecond)
	r.told(&process{Stat: proc.Stat{PID: 8, Name: []byte("kworker")}}, time.Second)
	r.killed(&process{Stat: proc.Stat{PID: 8, State: 'D', Name: []byte("kworker")}})
	const want = `{"signal":"SIGTERM","seconds":2.5,"exitCode":137,"told":[{"pid":7,"command":"redis \"x\"","seconds":1.235},{"pid":8,"command":"[kworker]"}],` +
		`"killed":[{"pid":8,"command":"[kworker]","state":"D"}]}` + "\n"
	if got := string(r.line(15, 2500*time.Millisecond, 137)); got != want {
		t.Errorf("the report is\n%swant\n%s", got, want)
	}
}
