package ordinary

import (
	"os/signal"
	"syscall"
	"testing"
)

// TestNoSignalPushesAnotherOut: while one signal's turn takes for ever, however often it comes,
// another one gets through. They went through one queue, and a flood of SIGCHLD filled it.
func TestNoSignalPushesAnotherOut(t *testing.T) {
	t.Cleanup(func() { signal.Reset(syscall.SIGHUP, syscall.SIGTERM) })
	flooded, release, passed := make(chan bool), make(chan bool), make(chan bool)
	t.Cleanup(func() { close(release) })
	passSignals([]syscall.Signal{syscall.SIGHUP, syscall.SIGTERM}, func(s syscall.Signal) {
		if s == syscall.SIGTERM {
			close(passed)
			return
		}
		select {
		case flooded <- true:
		case <-release:
		}
		<-release
	})
	send := func(s syscall.Signal) {
		if err := syscall.Kill(syscall.Getpid(), s); err != nil {
			t.Fatal(err)
		}
	}
	send(syscall.SIGHUP)
	<-flooded
	for range 1000 {
		send(syscall.SIGHUP)
	}
	send(syscall.SIGTERM)
	<-passed
}
