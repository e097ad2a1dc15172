//go:build linux

package trial

import (
	"strings"
	"testing"
	"time"
)

func TestJudge(t *testing.T) {
	hung := Workload{Name: "w", Evidence: ": clean shutdown", Times: 2, Cleanup: 3 * time.Second, Hangs: true}
	serving := hung
	serving.Serves = true
	twice := "a: clean shutdown\nb: clean shutdown\n"
	for name, c := range map[string]struct {
		o    Outcome
		want string
	}{
		"a good stop":                {Outcome{Workload: hung, Softstop: true, Took: 4 * time.Second, Log: twice}, ""},
		"too slow":                   {Outcome{Workload: hung, Softstop: true, Took: 6 * time.Second, Log: twice}, "took 6.0 s, at most 5.0 s"},
		"the drain is allowed for":   {Outcome{Workload: serving, Softstop: true, Took: 9 * time.Second, Log: twice}, ""},
		"one of two cleaned up":      {Outcome{Workload: hung, Softstop: true, Log: "a: clean shutdown\n"}, "cleanup not seen: 1 of 2"},
		"the exit code was not kept": {Outcome{Workload: hung, Softstop: true, Log: twice, ExitCode: 143}, "exit code 143"},
		"the pain is reproduced":     {Outcome{Workload: hung, Took: 30 * time.Second, ExitCode: 137}, ""},
		"the pain is missing":        {Outcome{Workload: hung, Took: 2 * time.Second, Log: twice}, "should have hung"},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(Judge(c.o, promised), "\n")
			if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want it to contain %q", got, c.want)
			}
		})
	}
}

func TestEvidence(t *testing.T) {
	zombies := Workload{Evidence: ": 0 zombies", Contrary: " zombies", Times: 1}
	for log, want := range map[string]string{
		"app: 0 zombies\n":  "app: 0 zombies",
		"app: 20 zombies\n": "app: 20 zombies",
		"app: ready\n":      `no "0 zombies"`,
	} {
		line, seen := Outcome{Workload: zombies, Log: log}.Evidence()
		if line != want || seen != (line == "app: 0 zombies") {
			t.Errorf("log %q: got %q, %v; want %q", log, line, seen, want)
		}
	}
}

func TestMargin(t *testing.T) {
	fine := Workload{Cleanup: 2 * time.Second}
	for name, c := range map[string]struct {
		outcomes []Outcome
		want     time.Duration
	}{
		"a quiet machine": {[]Outcome{{Workload: fine, Took: 2500 * time.Millisecond}}, promised},
		"a busy machine":  {[]Outcome{{Workload: fine, Took: 4 * time.Second}}, 3 * time.Second},
		"a slow stop with softstop is not the machine's fault": {[]Outcome{{Workload: fine, Softstop: true, Took: time.Minute}}, promised},
		"nor is one that hangs":                                {[]Outcome{{Workload: Workload{Hangs: true}, Took: time.Minute}}, promised},
	} {
		if got := Margin(c.outcomes); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}
