package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/softstop/softstop/e2e/pace"
)

// patience is how long a container may take for what should take milliseconds.
const patience = 20 * time.Second

// container is a running PID 1 and the pipe on which its child talks.
type container struct {
	cmd  *exec.Cmd
	pipe *os.File
}

// launch starts argv as PID 1 of new namespaces, in a session of its own, inside root.
func launch(root string, argv []string) (*container, error) {
	return launchAs(&exec.Cmd{
		Path: argv[0], Args: argv, Dir: "/", Env: []string{"PATH=/usr/bin:/bin"},
		SysProcAttr: &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID, Setsid: true, Chroot: root},
	})
}

// launchWithProc is launch with a /proc of the namespace's own and, where a cgroup's
// folder is given, inside that cgroup. A shell on the host becomes PID 1 and hands over.
func launchWithProc(root, cgroup string, argv []string) (*container, error) {
	const line = `mount -t proc proc "$1/proc" || exit 90
[ -z "$2" ] || echo 0 > "$2/cgroup.procs" || exit 91
root=$1; shift 2; exec chroot "$root" "$@"`
	cmd := exec.Command("/bin/sh", append([]string{"-c", line, "sh", root, cgroup}, argv...)...)
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWNS, Setsid: true}
	return launchAs(cmd)
}

func launchAs(cmd *exec.Cmd) (*container, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer write.Close()
	cmd.Stdout = write
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	if err := cmd.Start(); err != nil {
		read.Close()
		return nil, fmt.Errorf("start %s: %w", strings.Join(cmd.Args, " "), err)
	}
	return &container{cmd, read}, nil
}

// pid is PID 1 as the host numbers it.
func (c *container) pid() int { return c.cmd.Process.Pid }

// ready waits for the subject's first byte.
func (c *container) ready() error {
	if err := c.pipe.SetReadDeadline(time.Now().Add(pace.Stretch(patience))); err != nil {
		return err
	}
	if _, err := c.pipe.Read(make([]byte, 1)); err != nil {
		return fmt.Errorf("wait for the subject under %s: %w", strings.Join(c.cmd.Args, " "), err)
	}
	return nil
}

// settled waits until PID 1, by the host's number, and its children sleep.
func settled(pid int) error {
	return until(func() bool {
		for _, member := range append(children(pid), pid) {
			if state(member) != "S" {
				return false
			}
		}
		return true
	})
}

// told reads the moment at which the subject heard SIGTERM, on CLOCK_MONOTONIC.
func (c *container) told() (time.Duration, error) {
	var spec [16]byte
	if err := c.pipe.SetReadDeadline(time.Now().Add(pace.Stretch(patience))); err != nil {
		return 0, err
	}
	if _, err := readFull(c.pipe, spec[:]); err != nil {
		return 0, fmt.Errorf("wait for the subject's clock: %w", err)
	}
	seconds, nanos := binary.NativeEndian.Uint64(spec[:8]), binary.NativeEndian.Uint64(spec[8:])
	return time.Duration(seconds)*time.Second + time.Duration(nanos), nil
}

func readFull(file *os.File, into []byte) (int, error) {
	got := 0
	for got < len(into) {
		n, err := file.Read(into[got:])
		if got += n; err != nil {
			return got, err
		}
	}
	return got, nil
}

// end kills what is left.
func (c *container) end() {
	_ = c.cmd.Process.Kill() // It may have ended by itself.
	c.wait()
}

// wait waits for PID 1.
func (c *container) wait() syscall.WaitStatus {
	_ = c.cmd.Wait() // The status is what counts.
	c.pipe.Close()
	status, _ := c.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return status
}

// until polls for a condition that is a matter of microseconds.
func until(holds func() bool) error {
	for deadline := time.Now().Add(pace.Stretch(patience)); ; time.Sleep(50 * time.Microsecond) {
		if holds() {
			return nil
		}
		if time.Now().After(deadline) {
			return errors.New("the processes never came to rest")
		}
	}
}

// state is a process's state letter, "" if it is gone.
func state(pid int) string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	rest := stat[bytes.LastIndexByte(stat, ')')+1:]
	return string(bytes.Fields(rest)[0])
}

// children are the processes whose parent is pid's first thread.
func children(pid int) []int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return nil
	}
	var pids []int
	for _, word := range strings.Fields(string(text)) {
		if child, err := strconv.Atoi(word); err == nil {
			pids = append(pids, child)
		}
	}
	return pids
}

// number reads one "Key: value" line of a /proc file, in the file's unit; 0 if it is
// not there.
func number(file, key string) float64 {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(text), "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok && name == key {
			n, _ := strconv.ParseFloat(strings.Fields(value + " 0")[0], 64)
			return n
		}
	}
	return 0
}
