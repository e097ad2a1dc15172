//go:build linux

package node

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/softstop/softstop/e2e/pace"
)

const cgroupMount = "/sys/fs/cgroup"

// cgroupRoots returns the root of the unified hierarchy, or of each controller's where the machine still has version 1.
func cgroupRoots() ([]string, error) {
	if isFile(filepath.Join(cgroupMount, "cgroup.controllers")) {
		return []string{cgroupMount}, nil
	}
	entries, err := os.ReadDir(cgroupMount)
	if err != nil {
		return nil, err
	}
	var roots []string
	for _, e := range entries {
		// Symbolic links are a second name (cpu for cpu,cpuacct); the unified one has no controllers here.
		if e.IsDir() && e.Name() != "unified" {
			roots = append(roots, filepath.Join(cgroupMount, e.Name()))
		}
	}
	return roots, nil
}

// makeCgroups makes a cgroup of this name in every hierarchy: the kubelet puts all pods below it, so that nothing of the node is ever
// mixed with the machine's own.
func makeCgroups(name string) error {
	roots, err := cgroupRoots()
	if err != nil {
		return err
	}
	for _, root := range roots {
		if err := enableControllers(root); err != nil {
			return err
		}
		dir := filepath.Join(root, name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		// A new cpuset is empty in version 1, and nothing may run in an empty one.
		for _, f := range []string{"cpuset.cpus", "cpuset.mems"} {
			if b, err := os.ReadFile(filepath.Join(root, f)); err == nil {
				if err := os.WriteFile(filepath.Join(dir, f), b, 0o644); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// enableControllers hands version 2's controllers down to the children of root; version 1 has no such file.
func enableControllers(root string) error {
	b, err := os.ReadFile(filepath.Join(root, "cgroup.controllers"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, c := range strings.Fields(string(b)) {
		if err := os.WriteFile(filepath.Join(root, "cgroup.subtree_control"), []byte("+"+c), 0o644); err != nil {
			return fmt.Errorf("hand the %s controller down: %w", c, err)
		}
	}
	return nil
}

// removeCgroups removes the cgroup of this name and all below it, in every hierarchy. Its processes must be dead.
func removeCgroups(name string) error {
	all, err := filepath.Glob(filepath.Join(cgroupMount, "*", name))
	if err != nil {
		return err
	}
	for _, dir := range append(all, filepath.Join(cgroupMount, name)) {
		if err := removeCgroup(dir); err != nil {
			return err
		}
	}
	return nil
}

func removeCgroup(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() {
			if err := removeCgroup(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	// The kernel counts a dead process as inside for a moment longer, and has no way to wait for that.
	deadline := time.Now().Add(pace.Stretch(10 * time.Second))
	for {
		err := syscall.Rmdir(dir)
		if err == nil || errors.Is(err, syscall.ENOENT) {
			return nil
		}
		if !errors.Is(err, syscall.EBUSY) || time.Now().After(deadline) {
			return fmt.Errorf("remove the cgroup %q: %w", dir, err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// sweep removes what outlives the node's namespaces: its cgroups and its folder.
func sweep(s spec) error {
	if err := removeCgroups(s.cgroup()); err != nil {
		return err
	}
	return os.RemoveAll(s.State)
}
