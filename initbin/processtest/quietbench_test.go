package processtest

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/softstop/softstop/e2e/await"

	"golang.org/x/sys/unix"
)

// BenchmarkObserver is what part of a processor it takes to observe a drain: beside nobody, 10,000
// connections that are kept, and clients that do nothing but connect and leave.
func BenchmarkObserver(b *testing.B) {
	onlyRoot(b)
	b.Run("nobody", func(b *testing.B) { observed(b, newStage(b)) })
	b.Run("10000 kept", func(b *testing.B) {
		s := newStage(b)
		s.crowd(`push @kept, try() for 1..10000; <STDIN>`)
		for range 10_000 {
			c, err := s.four.Accept()
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { c.Close() })
		}
		observed(b, s)
	})
	b.Run("a flood", func(b *testing.B) {
		s := newStage(b)
		s.crowd(`while (1) { try() }`)
		arrived := s.accept()
		observed(b, s)
		close(arrived.enough)
		b.ReportMetric(float64(<-arrived.count)/b.Elapsed().Seconds(), "connections/s")
	})
}

// crowd starts a program of clients in the stage's network, with try to connect.
func (s *stage) crowd(text string) {
	s.t.Helper()
	cmd := exec.Command("perl", "-MIO::Socket::INET", "-e",
		`my @kept; sub try { IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => `+port(s.four)+`) or die $! } `+text)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &unix.SysProcAttr{Pdeathsig: unix.SIGKILL}
	input, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		input.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}

// accepting is who accepts and closes until it is enough; then it says how many it were.
type accepting struct {
	enough chan struct{}
	count  chan int
}

func (s *stage) accept() accepting {
	a := accepting{make(chan struct{}), make(chan int, 1)}
	go func() {
		count := 0
		for !isClosed(a.enough) {
			c, err := s.four.Accept()
			if err != nil {
				break
			}
			c.Close()
			count++
		}
		a.count <- count
	}()
	return a
}

// observed measures who observes a drain that one request keeps from its end.
func observed(b *testing.B, s *stage) {
	b.Helper()
	client, server := s.connect(s.six, "", "::1")
	s.later(client, server)
	x := startIn(b, builds[0], setup{flags: []string{untilQuiet}, command: perl(`ready('app'); rest()`), extra: s.files})
	x.out.see(b, "app ready")
	x.stop()
	await.True(b, "somebody observes", func() bool { return observes(x) })
	pid := x.find("softstop-stopper mode=3")
	before, began := onProcessor(b, pid), time.Now()
	const long = 5 * time.Second
	for b.Loop() {
		time.Sleep(long) //nolint:forbidigo // what is measured
	}
	took := time.Since(began) //nolint:forbidigo // what is measured
	b.ReportMetric(100*float64(onProcessor(b, pid)-before)/float64(took), "%core")
	b.ReportMetric(0, "ns/op")
	x.signal(int(unix.SIGKILL))
	<-x.done
}

// onProcessor is for how long a process has been on a processor.
func onProcessor(b *testing.B, pid int) time.Duration {
	b.Helper()
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/schedstat")
	if err != nil {
		b.Fatal(err)
	}
	spent, err := strconv.ParseInt(strings.Fields(string(text))[0], 10, 64)
	if err != nil {
		b.Fatal(err)
	}
	return time.Duration(spent)
}
