//go:build linux

package node

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// kernelSettings are what the kubelet insists on. It reads them from /proc/sys and, where they differ, changes the whole machine:
// here it reads files of ours instead.
func kernelSettings() map[string]string {
	return map[string]string{
		"vm/overcommit_memory":      "1",
		"vm/panic_on_oom":           "0",
		"kernel/panic":              "10",
		"kernel/panic_on_oops":      "1",
		"kernel/keys/root_maxkeys":  "1000000",
		"kernel/keys/root_maxbytes": "25000000",
	}
}

// mount is one line of the node's view of the file system.
type mount struct {
	source, target, kind string
	flags                uintptr
	data                 string
}

// mounts lists what is laid over a copy of the machine's own tree at root, in order. Paths in the state folder are the
// same inside and outside, so that messages that name files are useful to people.
func mounts(s spec, root string) []mount {
	const bind = syscall.MS_BIND | syscall.MS_REC
	upper, work := root+"/run/var/upper", root+"/run/var/work"
	list := []mount{
		{"/", root, "", bind, ""},
		{"proc", root + "/proc", "proc", 0, ""},
		// A sysfs of its own shows this network namespace's devices; the cgroups are the machine's.
		{"sysfs", root + "/sys", "sysfs", 0, ""},
		{cgroupMount, root + cgroupMount, "", bind, ""},
		{"tmpfs", root + "/run", "tmpfs", 0, "mode=755"},
		// Kubernetes writes to fixed places below /var: they are made in memory, over the machine's own.
		{"overlay", root + "/var", "overlay", 0, "lowerdir=/var,upperdir=" + upper + ",workdir=" + work},
		s.disk(root + "/var/lib/kubelet"),
		{s.State, root + s.State, "", bind, ""},
	}
	for name := range kernelSettings() {
		list = append(list, mount{s.setting(name), root + "/proc/sys/" + name, "", bind, ""})
	}
	return list
}

// disk is where emptyDir volumes live: on a disk, as on a real node, unless a small one is wanted.
func (s spec) disk(target string) mount {
	if s.Disk == 0 {
		return mount{s.State + "/kubelet", target, "", syscall.MS_BIND | syscall.MS_REC, ""}
	}
	return mount{"tmpfs", target, "tmpfs", 0, fmt.Sprintf("mode=755,size=%d", s.Disk)}
}

func (s spec) setting(name string) string {
	return filepath.Join(s.State, "settings", strings.ReplaceAll(name, "/", "."))
}

// enterRoot builds the node's view of the file system and makes it the root. Nothing of it can be seen outside the mount
// namespace, nor does it outlive it.
func enterRoot(s spec) error {
	root := filepath.Join(s.State, "root")
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make the mounts private: %w", err)
	}
	if err := writeSettings(s); err != nil {
		return err
	}
	for _, dir := range []string{root, s.State + "/kubelet"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	for _, m := range mounts(s, root) {
		if err := m.do(root); err != nil {
			return err
		}
	}
	if err := pivot(root); err != nil {
		return err
	}
	// Shared from here on: what one container mounts in a volume, another one may have to see.
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_SHARED, ""); err != nil {
		return fmt.Errorf("share the mounts: %w", err)
	}
	return nil
}

func (m mount) do(root string) error {
	if m.kind == "overlay" {
		for _, dir := range []string{"/run/var/upper", "/run/var/work"} {
			if err := os.MkdirAll(root+dir, 0o755); err != nil {
				return err
			}
		}
	}
	// The folder may be missing below what was just laid over it; a setting's file is always there.
	if _, err := os.Stat(m.target); err != nil {
		if err := os.MkdirAll(m.target, 0o755); err != nil {
			return err
		}
	}
	if err := syscall.Mount(m.source, m.target, m.kind, m.flags, m.data); err != nil {
		return fmt.Errorf("mount %s on %s: %w", m.source, m.target, err)
	}
	return nil
}

func pivot(root string) error {
	if err := os.Chdir(root); err != nil {
		return err
	}
	// Both names the same: the old root ends up on top of the new one and is taken off again.
	if err := syscall.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("make %s the root: %w", root, err)
	}
	if err := syscall.Unmount(".", syscall.MNT_DETACH); err != nil {
		return fmt.Errorf("take the old root off: %w", err)
	}
	return os.Chdir("/")
}

func writeSettings(s spec) error {
	if err := os.MkdirAll(filepath.Join(s.State, "settings"), 0o755); err != nil {
		return err
	}
	for name, value := range kernelSettings() {
		if err := os.WriteFile(s.setting(name), []byte(value+"\n"), 0o644); err != nil {
			return err
		}
	}
	return nil
}
