package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// containerCaps are the capabilities that container engines leave to root.
func containerCaps() map[int]bool {
	kept := map[int]bool{}
	for _, c := range []int{
		unix.CAP_CHOWN, unix.CAP_DAC_OVERRIDE, unix.CAP_FOWNER, unix.CAP_FSETID, unix.CAP_KILL, unix.CAP_SETGID,
		unix.CAP_SETUID, unix.CAP_SETPCAP, unix.CAP_NET_BIND_SERVICE, unix.CAP_NET_RAW, unix.CAP_SYS_CHROOT,
		unix.CAP_MKNOD, unix.CAP_AUDIT_WRITE, unix.CAP_SETFCAP,
	} {
		kept[c] = true
	}
	return kept
}

// enter is the first program in a cell's PID namespace: zoo enter ROOT USER COMMAND….
// It makes the root folder the world and becomes the command, which so is PID 1.
func enter(args []string) error {
	if len(args) < 3 {
		return fmt.Errorf("enter needs a root, a user and a command")
	}
	root, argv := args[0], args[2:]
	user, err := strconv.Atoi(args[1])
	if err != nil {
		return fmt.Errorf("user %q: %w", args[1], err)
	}
	// Capabilities and the exec below belong to this thread.
	runtime.LockOSThread()
	// A signal with a handler is back at its default after exec: nothing that the zoo
	// itself was started with, such as nohup, reaches the subject.
	signal.Notify(make(chan os.Signal, 1))
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if err := unix.Mount("proc", filepath.Join(root, "proc"), "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("mount /proc in %q: %w", root, err)
	}
	if err := unix.Chroot(root); err != nil {
		return fmt.Errorf("chroot to %q: %w", root, err)
	}
	if err := os.Chdir("/"); err != nil {
		return fmt.Errorf("enter the root folder: %w", err)
	}
	if err := dropPrivileges(user); err != nil {
		return err
	}
	path, err := exec.LookPath(argv[0])
	if err != nil {
		return fmt.Errorf("find %q: %w", argv[0], err)
	}
	return fmt.Errorf("exec %q: %w", path, unix.Exec(path, argv, os.Environ()))
}

// dropPrivileges leaves what a container's user has.
func dropPrivileges(user int) error {
	kept := containerCaps()
	for c := 0; c <= unix.CAP_LAST_CAP; c++ {
		if kept[c] {
			continue
		}
		// EINVAL: the kernel does not know this capability.
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, uintptr(c), 0, 0, 0); err != nil && err != unix.EINVAL {
			return fmt.Errorf("drop capability %d: %w", c, err)
		}
	}
	if user == 0 {
		return nil
	}
	if err := unix.Setgroups(nil); err != nil {
		return fmt.Errorf("drop supplementary groups: %w", err)
	}
	if err := unix.Setgid(user); err != nil {
		return fmt.Errorf("become group %d: %w", user, err)
	}
	if err := unix.Setuid(user); err != nil {
		return fmt.Errorf("become user %d: %w", user, err)
	}
	return nil
}
