package processtest

import (
	"os"
	"os/exec"
	"slices"
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

// BenchmarkKill is by how much later than the stop timeout a container is gone whose
// application does not listen, and beside it what a bare timer and a SIGKILL take.
func BenchmarkKill(b *testing.B) {
	onlyRoot(b)
	const timeout = 500 * time.Millisecond
	late := func(end func(b *testing.B) time.Duration) func(*testing.B) {
		return func(b *testing.B) {
			total := time.Duration(0)
			for b.Loop() {
				total += end(b) - timeout
			}
			b.ReportMetric(float64(total.Milliseconds())/float64(b.N), "ms-late/op")
		}
	}
	b.Run("bare timer", late(func(b *testing.B) time.Duration {
		x := launch(b, setup{world: world{Argv: slices.Concat([]string{"/usr/bin/env"}, deaf())}})
		x.out.see(b, "app ready")
		begin := time.Now()
		<-time.After(timeout) //nolint:forbidigo // what is measured
		x.signal(int(unix.SIGKILL))
		<-x.done
		return time.Since(begin) //nolint:forbidigo // what is measured
	}))
	for _, build := range builds {
		b.Run(build.name, late(func(b *testing.B) time.Duration {
			x := launch(b, setup{world: world{Argv: slices.Concat([]string{build.path, "--stop-timeout=" + timeout.String(), "--"}, deaf())}})
			x.out.see(b, "app ready")
			begin := time.Now()
			x.stop()
			<-x.done
			return time.Since(begin) //nolint:forbidigo // what is measured
		}))
	}
}

func onlyRoot(b *testing.B) {
	b.Helper()
	if os.Getuid() != 0 {
		b.Skip("a box is a PID namespace, which needs root")
	}
}
