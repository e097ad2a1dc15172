//go:build linux

package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// SignalContainer sends a signal to every process of a container, as a fault would: the kubelet has not asked for it. id is the
// container's as its pod's status has it, such as containerd://0123…
func (n *Node) SignalContainer(id string, signal syscall.Signal) error {
	pids, err := n.Processes(id)
	if err != nil {
		return err
	}
	return signalAll(pids, signal)
}

// Processes returns the processes of a container, by the numbers of whoever asks. id is as its pod's status has it.
func (n *Node) Processes(id string) ([]int, error) {
	_, hash, found := strings.Cut(id, "://")
	if !found {
		return nil, fmt.Errorf("find the processes of a container: %q is no container's id", id)
	}
	pids, err := n.processesOf(hash)
	if err != nil {
		return nil, fmt.Errorf("find the processes of the container %s: %w", id, err)
	}
	return pids, nil
}

// EndComponent sends a signal to one of the node's own programs, such as kube-apiserver, and returns when it has gone. It is started
// again at once, as an init system would.
func (n *Node) EndComponent(ctx context.Context, name string, signal syscall.Signal) error {
	pid, err := n.component(name)
	if err != nil {
		return err
	}
	if err := signalAll([]int{pid}, signal); err != nil {
		return err
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for syscall.Kill(pid, 0) == nil {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the end of %s after %s: %w", name, signal, ctx.Err())
		case <-tick.C:
		}
	}
	return nil
}

// Path is where a file of the node's own view of the file system is seen from outside of it.
func (n *Node) Path(name string) string {
	return filepath.Join("/proc", strconv.Itoa(n.pid), "root", name)
}

func signalAll(pids []int, signal syscall.Signal) error {
	for _, pid := range pids {
		// One that has just ended is as good as signalled.
		if err := syscall.Kill(pid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("send %s to process %d: %w", signal, pid, err)
		}
	}
	return nil
}

// processesOf returns the processes in the cgroup that is named after the container. They live in a PID namespace
// of their own, but whoever reads the file sees the numbers of his own.
func (n *Node) processesOf(id string) ([]int, error) {
	roots, err := cgroupRoots()
	if err != nil {
		return nil, err
	}
	var pids []int
	err = filepath.WalkDir(filepath.Join(roots[0], n.spec.cgroup()), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() || entry.Name() != id {
			return ignoreGone(err)
		}
		b, err := os.ReadFile(filepath.Join(path, "cgroup.procs"))
		if err != nil {
			return ignoreGone(err)
		}
		for _, field := range strings.Fields(string(b)) {
			pid, err := strconv.Atoi(field)
			if err != nil {
				return err
			}
			pids = append(pids, pid)
		}
		return fs.SkipAll
	})
	if err == nil && len(pids) == 0 {
		err = errors.New("it has none")
	}
	return pids, err
}

// ignoreGone forgives what other containers do while their cgroups are looked through.
func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// component returns the process of a program of the node's; it is a child of the boot.
func (n *Node) component(name string) (int, error) {
	children, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", n.pid))
	if err != nil {
		return 0, err
	}
	for _, file := range children {
		b, err := os.ReadFile(file)
		if err != nil {
			continue // the thread has ended
		}
		for _, field := range strings.Fields(string(b)) {
			if path, err := os.Readlink("/proc/" + field + "/exe"); err == nil && filepath.Base(path) == name {
				return strconv.Atoi(field)
			}
		}
	}
	return 0, fmt.Errorf("find %s: the node runs no such program", name)
}
