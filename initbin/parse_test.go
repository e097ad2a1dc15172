package initbin

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	full := Options{Drain: 5 * time.Second, StopTimeout: 90 * time.Second, StopSignal: StopSignal{SIGWINCH, SIGINT}, SignalTarget: TargetGroup, Report: "/dev/termination-log", CommandOf: "web:1", EntrypointOf: "web:2", NoStacks: true, Verbose: true}
	full.OKExitCodes.Add(1)
	full.OKExitCodes.Add(143)
	for _, c := range []struct {
		line    string // words, one space between them
		options Options
		command int
	}{
		{"-- app", Defaults(), 1},
		{"-- --", Defaults(), 1},
		{"--drain=5s --stop-timeout=1m30s --stop-signal=WINCH:2 --signal-target=group --ok-exit-codes=143,1 --report=/dev/termination-log --command-of=web:1 --entrypoint-of=web:2 --last-words=false -v -- app -- x", full, 11},
		{"--drain=5s..2m --quiet=3s --probes=8080/1s,9090/1m30s --ports=8080,9090 -- app",
			Options{Drain: 5 * time.Second, MaxDrain: 2 * time.Minute, Quiet: 3 * time.Second, Probes: "8080/1s,9090/1m30s", Ports: "8080,9090", StopTimeout: DefaultStopTimeout}, 5},
		{"--drain=0..1.5s --quiet 2s -- app", Options{MaxDrain: 1500 * time.Millisecond, Quiet: 2 * time.Second, StopTimeout: DefaultStopTimeout}, 4},
		{"--drain=5s..5s -- app", Options{Drain: 5 * time.Second, StopTimeout: DefaultStopTimeout}, 2},
		{"--drain 5s --stop-timeout 90s --stop-signal SIGWINCH:sigint --signal-target group --ok-exit-codes 1,143,1 --report /dev/termination-log --command-of web:1 --entrypoint-of web:2 --last-words false --verbose -- app", full, 20},
	} {
		o, command, problem := Parse(strings.Split(c.line, " "))
		if problem.Reason != "" || command != c.command || !reflect.DeepEqual(o, c.options) {
			t.Errorf("%s: %+v, command at %d, problem %q; want %+v at %d", c.line, o, command, problem.Reason, c.options, c.command)
		}
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"", "-- and a command must follow the flags"},
		{"app", "app is not a flag of softstop-init; put -- before the command"},
		{"--", "a command must follow --"},
		{"--drain=5s", "-- and a command must follow the flags"},
		{"--drain -- app", "--drain needs a value"},
		{"--drain", "--drain needs a value"},
		{"--drain=5 -- app", "--drain=5 must be a duration from 0 to 24h, such as 5s or 1m30s, or the shortest and the longest, such as 5s..2m"},
		{"--drain=2m..5s -- app", "--drain=2m..5s must be a duration from 0 to 24h, such as 5s or 1m30s, or the shortest and the longest, such as 5s..2m"},
		{"--drain=..5s -- app", "--drain=..5s must be a duration from 0 to 24h, such as 5s or 1m30s, or the shortest and the longest, such as 5s..2m"},
		{"--drain=5s.. -- app", "--drain=5s.. must be a duration from 0 to 24h, such as 5s or 1m30s, or the shortest and the longest, such as 5s..2m"},
		{"--drain=1s..2s..3s -- app", "--drain=1s..2s..3s must be a duration from 0 to 24h, such as 5s or 1m30s, or the shortest and the longest, such as 5s..2m"},
		{"--quiet=0 -- app", "--quiet=0 must be a duration above 0, up to 24h, such as 2s"},
		{"--probes=8080 -- app", "--probes=8080 must be PORT/PERIOD, with commas between them, such as 8080/1s,9090/10s"},
		{"--probes=8080/1s, -- app", "--probes=8080/1s, must be PORT/PERIOD, with commas between them, such as 8080/1s,9090/10s"},
		{"--probes=0/1s -- app", "--probes=0/1s must be PORT/PERIOD, with commas between them, such as 8080/1s,9090/10s"},
		{"--probes=80/0s -- app", "--probes=80/0s must be PORT/PERIOD, with commas between them, such as 8080/1s,9090/10s"},
		{"--ports=http -- app", "--ports=http must be ports with commas between them, such as 8080,9090"},
		{"--ports=65536 -- app", "--ports=65536 must be ports with commas between them, such as 8080,9090"},
		{"--ports=1,,2 -- app", "--ports=1,,2 must be ports with commas between them, such as 8080,9090"},
		{"--stop-timeout=25h -- app", "--stop-timeout=25h must be a duration from 0 to 24h, such as 5s or 1m30s"},
		{"--stop-signal=KILL -- app", "--stop-signal=KILL must be [ARRIVING:]TOLD, each a signal a process can catch, such as SIGQUIT or SIGQUIT:SIGTERM"},
		{"--signal-target=everybody -- app", "--signal-target=everybody must be auto, main, group or all"},
		{"--ok-exit-codes=256 -- app", "--ok-exit-codes=256 must be exit codes from 0 to 255 with commas between them, such as 143 or 1,143"},
		{"--report=here -- app", "--report=here must be an absolute path"},
		{"--command-of= -- app", "--command-of= must be an image"},
		{"--last-words=no -- app", "--last-words=no must be true or false"},
		{"--verbose=yes -- app", "--verbose=yes is not a flag of softstop-init; put -- before the command"},
		{"--kill -- app", "--kill is not a flag of softstop-init; put -- before the command"},
	} {
		var words []string
		if c.line != "" {
			words = strings.Split(c.line, " ")
		}
		_, _, problem := Parse(words)
		if got := problem.Sentence(words); problem.Reason == "" || got != c.want {
			t.Errorf("%q: %q, want %q", c.line, got, c.want)
		}
	}
}

// FuzzWords: what the webhook writes is what PID 1 reads, and writing it again changes
// nothing.
func FuzzWords(f *testing.F) {
	f.Add(int64(0), int64(23e9), 0, 0, uint8(0), uint64(0), uint64(0), uint64(0), uint64(0), "", "", "", false, "app")
	f.Add(int64(5e9), int64(1), 3, 15, uint8(2), uint64(1)<<9, uint64(0), uint64(1)<<15, ^uint64(0), "/dev/termination-log", "web:1", "", true, "--")
	f.Add(int64(1500*time.Millisecond), int64(24*time.Hour), 64, 34, uint8(3), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), "/a b=c", "", "--", false, "--drain=1s")
	f.Add(int64(999_999_999), int64(1_000_000_001), 28, 28, uint8(1), uint64(0), uint64(2), uint64(0), uint64(0), "/\x00", "=", "a=b", false, "")
	f.Fuzz(func(t *testing.T, drain, timeout int64, arriving, told int, target uint8, c0, c1, c2, c3 uint64, report, commandOf, entrypointOf string, verbose bool, command string) {
		o := Options{
			Drain: within(drain), StopTimeout: within(timeout), SignalTarget: Target(target & 3),
			OKExitCodes: ExitCodes{c0, c1, c2, c3}, CommandOf: commandOf, EntrypointOf: entrypointOf, NoStacks: target&4 != 0, Verbose: verbose,
		}
		if a, t := Signal(arriving), Signal(told); t.Stoppable() && a.Stoppable() {
			o.StopSignal = StopSignal{a, t}
		}
		if most := within(timeout ^ drain); most > o.Drain {
			o.MaxDrain, o.Quiet = most, most
		}
		if strings.HasPrefix(report, "/") {
			o.Report = report
		}
		words := append(o.Words(), command)
		got, at, problem := Parse(words)
		if problem.Reason != "" || at != len(words)-1 || got != o {
			t.Fatalf("%q reads as %+v, command at %d, problem %q; want %+v", words, got, at, problem.Sentence(words), o)
		}
		if again := append(got.Words(), command); !slices.Equal(again, words) {
			t.Fatalf("%q is written again as %q", words, again)
		}
	})
}

// within maps any number to a duration that a flag takes.
func within(n int64) time.Duration { return time.Duration(uint64(n) % uint64(maxDuration+1)) }

// FuzzParse: no words make the parser panic, and what it accepts it can write.
func FuzzParse(f *testing.F) {
	for _, line := range []string{"", "--", "-- app", "--drain", "--drain=1.5h30m -- a", "--stop-signal :TERM -- a", "--ok-exit-codes=, -- a", "=", "--=", "--report= --", "-v -v -- x", "--stop-signal=RTMIN+99 -- x", "--drain=1s..2s --probes=1/2s --ports=3 -- x", "--drain=...... --probes=/ --ports=, -- x"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		words := strings.Split(line, " ")
		o, at, problem := Parse(words)
		if problem.Reason != "" {
			if problem.Word < 0 || problem.Word > len(words) || problem.Sentence(words) == "" {
				t.Fatalf("%q: problem with word %d: %q", words, problem.Word, problem.Reason)
			}
			return
		}
		if at < 1 || at >= len(words) || words[at-1] != "--" {
			t.Fatalf("%q: the command is at %d", words, at)
		}
		if again, _, p := Parse(append(o.Words(), "app")); p.Reason != "" || again != o {
			t.Fatalf("%q means %+v, which reads as %+v (%s)", words, o, again, p.Reason)
		}
	})
}

// FuzzParseDuration: where we accept a duration, package time reads the same; where it
// reads one from 0 to 24 h without a sign, we accept it.
func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"", "0", "00", "5s", "1m30s", "1.5h", ".5s", "1.s", ".s", "24h", "24h1ns", "86400s", "1us", "1µs", "1μs", "3ns", "+5s", "-5s", "5", "5 s", "1h1h", "0.333333333333333333333s", "9223372036854775808ns", "1e3s", "1.0000000001s", "0.0000000019s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := ParseDuration(s)
		want, err := time.ParseDuration(s)
		switch {
		case ok && (err != nil || got != want):
			t.Fatalf("%q reads as %v, package time says %v, %v", s, got, want, err)
		case !ok && err == nil && want >= 0 && want <= maxDuration && !strings.ContainsAny(s, "+-"):
			t.Fatalf("%q is refused, package time says %v", s, want)
		}
	})
}
