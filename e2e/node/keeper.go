//go:build linux

package node

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/softstop/softstop/e2e/node/guard"
)

// Keep is the keeper: it holds the node's lock, makes its namespaces, and sweeps up when the node is told to go, when the one who
// started it dies, or when the node dies. It runs as a process of its own, in a session of its own; specJSON comes from Up.
//
// stdin is the lifeline: its end means that the starter has died, unless it said "stay" before. Events go to file descriptor 3.
func Keep(specJSON string) error {
	signal.Ignore(syscall.SIGPIPE)
	out := os.NewFile(3, "events")
	ev := &events{to: out}
	err := keep(specJSON, ev, out)
	if err != nil {
		ev.send(event{Error: err.Error()})
	}
	return err
}

func keep(specJSON string, ev *events, out *os.File) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	var s spec
	if err := json.Unmarshal([]byte(specJSON), &s); err != nil {
		return fmt.Errorf("read the node's description: %w", err)
	}
	lock, err := takeLock(s.State + ".lock")
	if err != nil {
		return err
	}
	defer lock.Close()
	// A keeper that was itself killed could not sweep; its processes and namespaces went with it.
	if err := sweep(s); err != nil {
		return fmt.Errorf("sweep up what an earlier node left: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		if lifelineEnds(os.Stdin) {
			cancel()
		}
	}()
	return errors.Join(runBoot(ctx, s, specJSON, ev, out), sweep(s))
}

// runBoot makes the node's folder, cgroup and namespaces, starts its first process and returns when that has ended.
func runBoot(ctx context.Context, s spec, specJSON string, ev *events, out *os.File) error {
	if err := os.MkdirAll(s.logs(), 0o755); err != nil {
		return err
	}
	if err := makeCgroups(s.cgroup()); err != nil {
		return fmt.Errorf("make the node's cgroups: %w", err)
	}
	log, err := os.Create(s.logs() + "/boot.log")
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command("/proc/self/exe", "boot", specJSON)
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = log, log, []*os.File{out}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWNS | syscall.CLONE_NEWNET,
	}
	boot, err := guard.Start(ctx, cmd)
	if err != nil {
		return fmt.Errorf("start the node's first process: %w", err)
	}
	b, err := json.Marshal(running{PID: cmd.Process.Pid, Spec: s})
	if err != nil {
		return err
	}
	if err := os.WriteFile(s.running(), b, 0o644); err != nil {
		return err
	}
	if err := boot.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("the node has ended: %w", err)
	}
	ev.step("the node is gone")
	return nil
}

// lifelineEnds waits for the end of r and reports whether that means the end of the node.
func lifelineEnds(r io.Reader) bool {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if lines.Text() == "stay" {
			return false
		}
	}
	return true
}
