package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// newCgroup makes a cgroup of a controller, in its own hierarchy (v1) or in the
// unified one (v2).
func newCgroup(controller string) (string, error) {
	const mount = "/sys/fs/cgroup"
	parent := filepath.Join(mount, controller)
	if _, err := os.Stat(parent); err != nil {
		parent = mount
		enabled, err := os.ReadFile(filepath.Join(parent, "cgroup.subtree_control"))
		if err != nil {
			return "", fmt.Errorf("find the %s controller: %w", controller, err)
		}
		if !strings.Contains(string(enabled), controller) {
			if err := os.WriteFile(filepath.Join(parent, "cgroup.subtree_control"), []byte("+"+controller), 0o644); err != nil {
				return "", fmt.Errorf("enable the %s controller: %w", controller, err)
			}
		}
	}
	folder, err := os.MkdirTemp(parent, "softstop-bench-")
	if err != nil {
		return "", fmt.Errorf("make a %s cgroup: %w", controller, err)
	}
	return folder, nil
}

// removeCgroup removes a cgroup once its last process has been reaped.
func removeCgroup(folder string) {
	_ = until(func() bool { return os.Remove(folder) == nil || !exists(folder) })
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
