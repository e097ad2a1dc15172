package main

import (
	"errors"
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

// rights are what a container's first process may do.
type rights struct {
	// user is whom it runs as; 0 is root.
	user int
	// admin adds CAP_SYS_ADMIN to what container engines leave.
	admin bool
}

// enter is the first program in a cell's PID namespace: zoo enter ROOT USER ADMIN COMMAND….
// It makes the root folder the world and becomes the command, which so is PID 1.
func enter(args []string) error {
	if len(args) < 4 {
		return fmt.Errorf("enter needs a root, a user, whether it is an administrator, and a command")
	}
	root, argv := args[0], args[3:]
	user, userErr := strconv.Atoi(args[1])
	admin, adminErr := strconv.ParseBool(args[2])
	if err := errors.Join(userErr, adminErr); err != nil {
		return fmt.Errorf("user %q, administrator %q: %w", args[1], args[2], err)
	}
	as := rights{user: user, admin: admin}
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
	if err := takeOutput(user); err != nil {
		return err
	}
	if err := dropPrivileges(as); err != nil {
		return err
	}
	path, err := exec.LookPath(argv[0])
	if err != nil {
		return fmt.Errorf("find %q: %w", argv[0], err)
	}
	return fmt.Errorf("exec %q: %w", path, unix.Exec(path, argv, os.Environ()))
}

// takeOutput does to the standard descriptors what runc does: /dev/null becomes the
// container's own, and its user owns the pipes, as whoever opens /dev/stdout must.
func takeOutput(user int) error {
	for fd := range 3 {
		var is unix.Stat_t
		if err := unix.Fstat(fd, &is); err != nil {
			return fmt.Errorf("look at descriptor %d: %w", fd, err)
		}
		if is.Mode&unix.S_IFMT == unix.S_IFIFO {
			if err := unix.Fchown(fd, user, -1); err != nil {
				return fmt.Errorf("give descriptor %d to user %d: %w", fd, user, err)
			}
			continue
		}
		null, err := unix.Open("/dev/null", unix.O_RDWR|unix.O_CLOEXEC, 0)
		if err != nil {
			return fmt.Errorf("open the container's /dev/null: %w", err)
		}
		if err := errors.Join(unix.Dup3(null, fd, 0), unix.Close(null)); err != nil {
			return fmt.Errorf("make /dev/null descriptor %d: %w", fd, err)
		}
	}
	return nil
}

// dropPrivileges leaves what a container's user has.
func dropPrivileges(as rights) error {
	kept, user := containerCaps(), as.user
	kept[unix.CAP_SYS_ADMIN] = as.admin
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
