package processtest

import (
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// stuckName is the test binary's first argument when it is an application in Go that is told to
// stop and then waits for ever for a channel; the second says what it does about SIGQUIT.
const stuckName = "softstop-processtest-stuck"

func stuck(quit string) {
	told, asked := make(chan os.Signal, 1), make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM)
	switch quit {
	case "own":
		signal.Notify(asked, syscall.SIGQUIT)
		go func() {
			<-asked
			fmt.Println("app has its own SIGQUIT")
		}()
	case "ignored":
		signal.Ignore(syscall.SIGQUIT)
	case "core":
		// The tests' own limit may be 0; a process may raise its own up to the hard one.
		limit := syscall.Rlimit{Cur: ^uint64(0), Max: ^uint64(0)}
		if err := syscall.Setrlimit(syscall.RLIMIT_CORE, &limit); err != nil {
			fmt.Println("no core dumps at all:", err)
		}
	}
	fmt.Println("app ready")
	<-told
	waitForWorker(make(chan bool))
}

// waitForWorker is to be found in the stack.
//
//go:noinline
func waitForWorker(done chan bool) { <-done }

// runsStuck runs the application that the command line asks for, and does not return then.
func runsStuck(args []string) {
	if len(args) == 3 && args[1] == stuckName {
		stuck(args[2])
	}
}

// goApp is the command of that application.
func goApp(quit string) []string {
	self, err := os.Executable()
	if err != nil {
		panic(err) // there is no /proc
	}
	return []string{self, stuckName, quit}
}

// asked counts how often text says that a Go program was asked for its goroutines.
func asked(text string) int { return strings.Count(text, "SIGQUIT: quit") }
