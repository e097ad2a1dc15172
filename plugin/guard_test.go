package plugin

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// childVariable makes this program the guard's child, which does what it says.
const childVariable = "SOFTSTOP_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childVariable) {
	case "":
		os.Exit(m.Run())
	case "hangs", "worked and hangs":
		beats := 3
		Beat(context.Background(), func() bool {
			if beats--; beats == 0 {
				_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
			}
			return os.Getenv(childVariable) != "hangs"
		})
	case "ends":
		os.Exit(7)
	case "works":
		Beat(context.Background(), func() bool { return true })
	}
}

func child(does string) func() *exec.Cmd {
	return func() *exec.Cmd {
		command := exec.Command("/proc/self/exe")
		command.Env = append(os.Environ(), childVariable+"="+does)
		return command
	}
}

// nobody is told of children that end.
func nobody(t *testing.T) func(error) {
	return func(err error) { t.Error("started again after", err) }
}

// A plugin that hangs is killed, whatever else happens.
func TestHung(t *testing.T) {
	if err := Guard(t.Context(), child("hangs"), nobody(t)); err == nil || !strings.Contains(err.Error(), "hung") {
		t.Errorf("got %v", err)
	}
}

// One that had worked is started again, until somebody wants it to end.
func TestStartedAgain(t *testing.T) {
	stop, cancel := context.WithCancel(t.Context())
	ends := 0
	err := Guard(stop, child("worked and hangs"), func(err error) {
		if ends++; err == nil || !strings.Contains(err.Error(), "hung") {
			t.Errorf("got %v", err)
		}
		if ends == 2 {
			cancel()
		}
	})
	if err == nil || ends != 2 {
		t.Errorf("ended %d times; got %v", ends, err)
	}
}

// One that ends before it has worked is an error.
func TestEnded(t *testing.T) {
	if err := Guard(t.Context(), child("ends"), nobody(t)); err == nil || !strings.Contains(err.Error(), "exit status 7") {
		t.Errorf("got %v", err)
	}
}

// One that is asked to end gets a SIGTERM.
func TestAsked(t *testing.T) {
	stop, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- Guard(stop, child("works"), nobody(t)) }()
	cancel()
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "terminated") {
		t.Errorf("got %v, want it to have died of SIGTERM", err)
	}
}
