//go:build linux

package apiserver

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/e2e/await"
)

// replica is the real program.
type replica struct {
	cmd     *exec.Cmd
	port    int    // of the webhook
	probes  string // address
	metrics string // address
	log     string // file
	ended   chan error
}

// buildProgram builds the program for as long as t goes on.
func buildProgram(t *testing.T) (string, error) {
	binary := filepath.Join(t.TempDir(), "softstop-webhook")
	if out, err := exec.Command("go", "build", "-o", binary, "../../cmd/softstop-webhook").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the webhook: %w: %s", err, out)
	}
	return binary, nil
}

// startReplica starts the program and returns when it is ready.
func (s *suite) startReplica(t *testing.T, flags ...string) *replica {
	t.Helper()
	r := s.runReplica(t, flags...)
	eventually(t, "a replica gets ready", func(context.Context) (bool, error) { return r.ready(), nil })
	return r
}

// runReplica starts the program; flags come after those that all need.
func (s *suite) runReplica(t *testing.T, flags ...string) *replica {
	t.Helper()
	return s.runReplicaAt(t, freePort(t), flags...)
}

func (s *suite) runReplicaAt(t *testing.T, port int, flags ...string) *replica {
	t.Helper()
	binary, err := s.program()
	if err != nil {
		t.Fatal(err)
	}
	r := &replica{port: port, ended: make(chan error, 1)}
	r.probes, r.metrics = fmt.Sprintf("127.0.0.1:%d", freePort(t)), fmt.Sprintf("127.0.0.1:%d", freePort(t))
	r.cmd = exec.Command(binary, append([]string{"--config=" + s.config, "--host=localhost", "--lame-duck=100ms", fmt.Sprintf("--port=%d", r.port), "--metrics-address=" + r.metrics, "--probe-address=" + r.probes}, flags...)...)
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	r.log = log.Name()
	r.cmd.Stdout, r.cmd.Stderr = log, log
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.begun = append(s.begun, r)
	go func() { r.ended <- r.cmd.Wait() }()
	t.Cleanup(func() {
		_ = r.cmd.Process.Kill()
		if t.Failed() {
			text, _ := os.ReadFile(log.Name())
			t.Logf("log of the replica at port %d:\n%s", r.port, text)
		}
	})
	return r
}

func (r *replica) ready() bool {
	code, _ := r.readiness()
	return code == http.StatusOK
}

// readiness asks as the kubelet does, and returns the checks one by one; 0 if nobody
// answers.
func (r *replica) readiness() (code int, checks string) {
	response, err := http.Get("http://" + r.probes + "/readyz?verbose")
	if err != nil {
		return 0, ""
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(text)
}

// stop sends SIGTERM and returns how the program ended.
func (r *replica) stop(t *testing.T) error {
	t.Helper()
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return await.Next(t, "the replica ends after SIGTERM", r.ended)
}

// service does what a Service does: it passes new connections to a replica that is
// ready, and leaves those that exist alone.
type service struct {
	net.Listener
	mu       sync.Mutex
	replicas []*replica
}

func (s *service) set(replicas ...*replica) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replicas = replicas
}

func (s *service) target() *replica {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.replicas {
		if r.ready() {
			return r
		}
	}
	return nil
}

func (s *service) serve() {
	for {
		front, err := s.Accept()
		if err != nil {
			return
		}
		go func() {
			defer front.Close()
			r := s.target()
			if r == nil {
				return
			}
			back, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", r.port))
			if err != nil {
				return
			}
			defer back.Close()
			var both sync.WaitGroup
			for _, way := range [][2]net.Conn{{front, back}, {back, front}} {
				both.Go(func() {
					_, _ = io.Copy(way[1], way[0])
					_ = way[1].(*net.TCPConn).CloseWrite()
				})
			}
			both.Wait()
		}()
	}
}

// replicasRoll holds hard pod 86: one replica after the other gets SIGTERM and is
// replaced, with pods created all the while, of which some take longer to answer than
// the lame duck time. No admission fails, and each replica ends with exit code 0.
func (s *suite) replicasRoll(t *testing.T) {
	listener, err := net.Listen("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	front := &service{Listener: listener}
	defer front.Close()
	go front.serve()
	old := s.startReplica(t)
	front.set(old)
	s.waitUntilCalled(t)
	l := s.startLoadOf(t,
		func(n int) *corev1.Pod { return pod("enabled", fmt.Sprintf("roll-%d", n), nil) },
		func(n int) *corev1.Pod {
			p := pod("private", fmt.Sprintf("slow-%d", n), nil)
			p.Spec.Containers[0].Image, p.Spec.Containers[0].Command = fmt.Sprintf("%s/slow:%d", s.registry, n), nil
			p.Spec.ImagePullSecrets = []corev1.LocalObjectReference{{Name: "pull"}}
			return p
		})
	for range 3 {
		fresh := s.startReplica(t)
		front.set(old, fresh)
		if err := old.stop(t); err != nil {
			t.Errorf("the replica did not end well after SIGTERM: %v", err)
		}
		old = fresh
	}
	l.stop(t)
	if err := old.stop(t); err != nil {
		t.Errorf("the last replica: %v", err)
	}
}
