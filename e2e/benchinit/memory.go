package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/softstop/softstop/e2e/bench/figures"
)

// copies is how many containers share the memory figures.
const copies = 40

// memoryFigures are what one launcher's containers use, each the average of one.
type memoryFigures struct {
	// Charge is the memory cgroup's growth, RSS, Anon and PSS those of PID 1, all in KiB.
	Charge, RSS, Anon, PSS float64
	// Threads of PID 1.
	Threads float64
}

// memoryRows are the samples of each figure.
type memoryRows struct{ charge, rss, anon, pss, threads figures.Row }

// measureMemory runs the launchers, each contestant's in turn.
func measureMemory(root string, all []contestant, rounds int) (memoryRows, error) {
	rows := memoryRows{figures.Row{}, figures.Row{}, figures.Row{}, figures.Row{}, figures.Row{}}
	err := inOrder(rounds, all, func(c contestant) error {
		found, err := runLauncher(root, c)
		if err != nil {
			return fmt.Errorf("memory of %s: %w", c.name, err)
		}
		rows.charge.Add(c.name, found.Charge)
		rows.rss.Add(c.name, found.RSS)
		rows.anon.Add(c.name, found.Anon)
		rows.pss.Add(c.name, found.PSS)
		rows.threads.Add(c.name, found.Threads)
		return nil
	})
	rows.charge = rows.charge.Less(bare)
	return rows, err
}

// runLauncher starts a process that starts the containers, and measures them from
// outside: what reading /proc costs the kernel is charged to whoever reads. A fork is
// charged to the cgroup of the forking process, so the launcher itself is inside.
func runLauncher(root string, c contestant) (memoryFigures, error) {
	cgroup, err := newCgroup("memory")
	if err != nil {
		return memoryFigures{}, err
	}
	defer removeCgroup(cgroup)
	cmd := exec.Command("/proc/self/exe", append([]string{"launcher", root, cgroup}, c.argv()...)...)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	begin, err := cmd.StdinPipe()
	if err != nil {
		return memoryFigures{}, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return memoryFigures{}, err
	}
	if err := cmd.Start(); err != nil {
		return memoryFigures{}, err
	}
	found, err := observe(cgroup, begin, json.NewDecoder(out))
	return found, errors.Join(err, begin.Close(), cmd.Wait())
}

// observe lets the launcher begin and measures what it started.
func observe(cgroup string, begin io.Writer, launched *json.Decoder) (memoryFigures, error) {
	var pids []int
	if err := launched.Decode(&pids); err != nil {
		return memoryFigures{}, fmt.Errorf("wait for the launcher: %w", err)
	}
	before, err := charged(cgroup)
	if err != nil {
		return memoryFigures{}, err
	}
	if _, err := io.WriteString(begin, "\n"); err != nil {
		return memoryFigures{}, err
	}
	if err := launched.Decode(&pids); err != nil {
		return memoryFigures{}, fmt.Errorf("wait for %d containers: %w", copies, err)
	}
	for _, pid := range pids {
		if err := settled(pid); err != nil {
			return memoryFigures{}, err
		}
	}
	after, err := charged(cgroup)
	if err != nil {
		return memoryFigures{}, err
	}
	found := average(pids)
	found.Charge = (after - before) / copies
	return found, nil
}

// launcher is that process: launcher ROOT CGROUP COMMAND…. It says when it is about to
// begin and, told to, starts the containers; they end when its standard input does.
func launcher(args []string) error {
	root, cgroup, argv := args[0], args[1], args[2:]
	// Before it counts, one container outside brings all files into the page cache, which
	// is charged to whoever reads first.
	if err := oneContainer(root, argv); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(cgroup, "cgroup.procs"), []byte(strconv.Itoa(os.Getpid())), 0o644); err != nil {
		return fmt.Errorf("enter the memory cgroup: %w", err)
	}
	if err := oneContainer(root, argv); err != nil {
		return err
	}
	pids := []int{}
	report := json.NewEncoder(os.Stdout)
	if err := report.Encode(pids); err != nil {
		return err
	}
	input := bufio.NewReader(os.Stdin)
	if _, err := input.ReadString('\n'); err != nil {
		return err
	}
	var running []*container
	defer func() {
		for _, c := range running {
			c.end()
		}
	}()
	for range copies {
		c, err := launch(root, argv)
		if err != nil {
			return err
		}
		running, pids = append(running, c), append(pids, c.pid())
	}
	for _, c := range running {
		if err := c.ready(); err != nil {
			return err
		}
	}
	if err := report.Encode(pids); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, input)
	return err
}

func oneContainer(root string, argv []string) error {
	c, err := launch(root, argv)
	if err != nil {
		return err
	}
	defer c.end()
	return c.ready()
}

func average(pids []int) memoryFigures {
	var sum memoryFigures
	for _, pid := range pids {
		status, rollup := fmt.Sprintf("/proc/%d/status", pid), fmt.Sprintf("/proc/%d/smaps_rollup", pid)
		sum.RSS += number(rollup, "Rss")
		sum.PSS += number(rollup, "Pss")
		sum.Anon += number(rollup, "Anonymous")
		sum.Threads += number(status, "Threads")
	}
	n := float64(len(pids))
	return memoryFigures{RSS: sum.RSS / n, PSS: sum.PSS / n, Anon: sum.Anon / n, Threads: sum.Threads / n}
}

// charged is what a memory cgroup has been charged, in KiB: pages in use, the
// kernel's own among them.
func charged(cgroup string) (float64, error) {
	for _, name := range []string{"memory.usage_in_bytes", "memory.current"} {
		text, err := os.ReadFile(filepath.Join(cgroup, name))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("read the memory charge: %w", err)
		}
		bytes, err := strconv.ParseFloat(strings.TrimSpace(string(text)), 64)
		return bytes / 1024, err
	}
	return 0, fmt.Errorf("%s is no memory cgroup", cgroup)
}
