package processtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// enterName is the test binary's first argument when it prepares a box from inside.
const enterName = "softstop-processtest-enter"

// world is what a box is like when its PID 1 starts.
type world struct {
	Argv, Env []string
	Dir       string
	// Proc are the options /proc is mounted with; "none" leaves the box without one.
	Proc string
	// Block and Ignore are signals that PID 1 starts with blocked and ignored.
	Block, Ignore []int
	// UID is PID 1's user.
	UID int
	// Cgroup is a cgroup's folder that PID 1 starts in, or empty.
	Cgroup string
	// NoCgroups hides all cgroups, as on a system without them.
	NoCgroups bool
	// Keep is the first descriptor that PID 1 is not given.
	Keep int
	// Deny are system calls that a seccomp filter refuses with EPERM.
	Deny []uint32
	// Shared is for a program that joins an existing box: nothing is mounted.
	Shared bool
}

// enter is the first program in a box: it makes the world and becomes PID 1's program.
func enter(path string) error {
	runtime.LockOSThread() // the mask and the exec below belong to this thread
	var w world
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read the world: %w", err)
	}
	if err := json.Unmarshal(text, &w); err != nil {
		return fmt.Errorf("read the world: %w", err)
	}
	if !w.Shared {
		if err := mountProc(w.Proc); err != nil {
			return err
		}
	}
	if w.Cgroup != "" {
		if err := os.WriteFile(filepath.Join(w.Cgroup, "cgroup.procs"), []byte(strconv.Itoa(os.Getpid())), 0); err != nil {
			return fmt.Errorf("enter cgroup %q: %w", w.Cgroup, err)
		}
		// As container runtimes have it: a container sees its own cgroup where the hierarchy begins.
		if err := unix.Mount(w.Cgroup, filepath.Dir(w.Cgroup), "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("show cgroup %q as the only one: %w", w.Cgroup, err)
		}
	}
	if w.NoCgroups {
		if err := unix.Mount("tmpfs", "/sys/fs/cgroup", "tmpfs", 0, ""); err != nil {
			return fmt.Errorf("hide the cgroups: %w", err)
		}
	}
	if err := os.Chdir(w.Dir); err != nil {
		return fmt.Errorf("go to %q: %w", w.Dir, err)
	}
	if w.UID != 0 {
		if err := errors.Join(unix.Setgroups(nil), unix.Setgid(w.UID), unix.Setuid(w.UID)); err != nil {
			return fmt.Errorf("become user %d: %w", w.UID, err)
		}
	}
	// A signal with a handler is back at its default after exec: nothing that the tests
	// themselves were started with reaches the init.
	signal.Notify(make(chan os.Signal, 1))
	for _, s := range w.Ignore {
		signal.Ignore(syscall.Signal(s))
	}
	if err := unix.CloseRange(uint(w.Keep), 1<<31, unix.CLOSE_RANGE_CLOEXEC); err != nil {
		return fmt.Errorf("keep descriptors from %d on: %w", w.Keep, err)
	}
	mask := uint64(0)
	for _, s := range w.Block {
		mask |= 1 << (s - 1)
	}
	const setMask = 2
	if _, _, errno := syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, setMask, uintptr(unsafe.Pointer(&mask)), 0, 8, 0, 0); errno != 0 {
		return fmt.Errorf("set the signal mask: %w", errno)
	}
	if err := deny(w.Deny); err != nil {
		return fmt.Errorf("refuse system calls %v: %w", w.Deny, err)
	}
	return fmt.Errorf("exec %q: %w", w.Argv[0], syscall.Exec(w.Argv[0], w.Argv, w.Env))
}

// deny makes the kernel refuse calls of this thread, and of what it becomes.
func deny(calls []uint32) error {
	if len(calls) == 0 {
		return nil
	}
	// Each instruction: load the call's number; for each call, skip the next one unless it
	// is this one; refuse; in the end, allow.
	filter := []unix.SockFilter{{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS}}
	for _, call := range calls {
		filter = append(filter,
			unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: call, Jf: 1},
			unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)})
	}
	filter = append(filter, unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW})
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	return unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&program)), 0, 0)
}

func mountProc(options string) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if options == "none" {
		if err := unix.Unmount("/proc", unix.MNT_DETACH); err != nil {
			return fmt.Errorf("unmount /proc: %w", err)
		}
		return nil
	}
	if err := unix.Mount("proc", "/proc", "proc", 0, options); err != nil {
		return fmt.Errorf("mount /proc with %q: %w", options, err)
	}
	return nil
}
