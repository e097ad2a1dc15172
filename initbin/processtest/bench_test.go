package processtest

import (
	"os"
	"os/exec"
	"slices"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// BenchmarkAThousand is the time from the stop signal until 1,001 processes are gone, under
// the init and, beside it, under tini -g, which sends one signal to the process group.
//
//	go test -run '^$' -bench Thousand ./initbin/processtest
func BenchmarkAThousand(b *testing.B) {
	onlyRoot(b)
	thousand := func(argv ...string) func(*testing.B) {
		return func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				x := launch(b, setup{world: world{Argv: slices.Concat(argv, []string{"--", crowd})}})
				x.out.seeTimes(b, "r", 1001)
				b.StartTimer()
				x.stop()
				<-x.done
			}
		}
	}
	for _, build := range builds {
		b.Run(build.name, thousand(build.path, forever))
	}
	if tini, err := exec.LookPath("tini"); err == nil {
		b.Run("tini -g", thousand(tini, "-g"))
	} else {
		b.Log("no tini to compare with here (Debian's package tini)")
	}
}

// BenchmarkKill is by how much later than the stop timeout a container is gone whose one process, or
// whose thousand, do not listen, and beside it what a bare timer and a SIGKILL take.
func BenchmarkKill(b *testing.B) {
	onlyRoot(b)
	for name, c := range map[string]struct {
		command []string
		timeout time.Duration
	}{"one": {deaf(), 500 * time.Millisecond}, "a thousand": {deafFamily(1000), 10 * time.Second}} {
		late := func(argv []string, signal func(x *box)) func(b *testing.B) {
			return func(b *testing.B) {
				total := time.Duration(0)
				for b.Loop() {
					x := launch(b, setup{world: world{Argv: slices.Concat(argv, c.command)}})
					x.out.see(b, "app ready")
					begin := time.Now()
					signal(x)
					<-x.done
					total += time.Since(begin) - c.timeout //nolint:forbidigo // what is measured
				}
				b.ReportMetric(float64(total.Milliseconds())/float64(b.N), "ms-late/op")
			}
		}
		b.Run(name+", bare timer", late([]string{"/usr/bin/env"}, func(x *box) {
			<-time.After(c.timeout) //nolint:forbidigo // what is measured
			x.signal(int(unix.SIGKILL))
		}))
		for _, build := range builds {
			b.Run(name+", "+build.name, late([]string{build.path, "--stop-timeout=" + c.timeout.String(), "--"}, func(x *box) { x.stop() }))
		}
	}
}

// deafFamily is a program "app" of so many processes that must be killed.
func deafFamily(count int) []string {
	return perl(`$SIG{TERM} = 'IGNORE'; for (2 .. ` + strconv.Itoa(count) + `) { if (!fork) { sleep while 1 } } ready('app'); sleep while 1`)
}

func onlyRoot(b *testing.B) {
	b.Helper()
	if os.Getuid() != 0 {
		b.Skip("a box is a PID namespace, which needs root")
	}
}
