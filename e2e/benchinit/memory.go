package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// copies is how many containers share the memory figures.
const copies = 40

// memoryFigures are what a launcher reports of its containers, each the average of one.
type memoryFigures struct {
	// Charge is the memory cgroup's growth, RSS, Anon and PSS those of PID 1, all in KiB.
	Charge, RSS, Anon, PSS float64
	// Threads of PID 1.
	Threads float64
}

// memoryRows are the samples of each figure.
type memoryRows struct{ charge, rss, anon, pss, threads row }

// measureMemory runs the launchers, each contestant's in turn.
func measureMemory(root string, all []contestant, rounds int) (memoryRows, error) {
	rows := memoryRows{row{}, row{}, row{}, row{}, row{}}
	err := inOrder(rounds, all, func(c contestant) error {
		figures, err := runLauncher(root, c)
		if err != nil {
			return fmt.Errorf("memory of %s: %w", c.name, err)
		}
		rows.charge.add(c.name, figures.Charge)
		rows.rss.add(c.name, figures.RSS)
		rows.anon.add(c.name, figures.Anon)
		rows.pss.add(c.name, figures.PSS)
		rows.threads.add(c.name, figures.Threads)
		return nil
	})
	rows.charge = rows.charge.less(bare)
	return rows, err
}

// runLauncher starts a process that starts the containers. The kernel charges a fork
// to the cgroup of the forking process, so the launcher itself must be inside.
func runLauncher(root string, c contestant) (memoryFigures, error) {
	cgroup, err := newCgroup("memory")
	if err != nil {
		return memoryFigures{}, err
	}
	defer removeCgroup(cgroup)
	cmd := exec.Command("/proc/self/exe", append([]string{"launcher", root, cgroup}, c.argv()...)...)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.Output()
	if err != nil {
		return memoryFigures{}, err
	}
	var figures memoryFigures
	return figures, json.Unmarshal(out, &figures)
}

// launcher is that process: launcher ROOT CGROUP COMMAND….
func launcher(args []string) error {
	root, cgroup, argv := args[0], args[1], args[2:]
	// Before it counts, one container brings all files into the page cache, which is
	// charged to whoever reads first.
	if err := oneContainer(root, argv); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(cgroup, "cgroup.procs"), []byte(strconv.Itoa(os.Getpid())), 0o644); err != nil {
		return fmt.Errorf("enter the memory cgroup: %w", err)
	}
	if err := oneContainer(root, argv); err != nil {
		return err
	}
	before, err := charged(cgroup)
	if err != nil {
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
		running = append(running, c)
	}
	for _, c := range running {
		if err := c.ready(); err != nil {
			return err
		}
		if err := c.settled(); err != nil {
			return err
		}
	}
	after, err := charged(cgroup)
	if err != nil {
		return err
	}
	figures := average(running)
	figures.Charge = (after - before) / copies
	return json.NewEncoder(os.Stdout).Encode(figures)
}

func oneContainer(root string, argv []string) error {
	c, err := launch(root, argv)
	if err != nil {
		return err
	}
	defer c.end()
	return c.ready()
}

func average(running []*container) memoryFigures {
	var sum memoryFigures
	for _, c := range running {
		status, rollup := fmt.Sprintf("/proc/%d/status", c.pid()), fmt.Sprintf("/proc/%d/smaps_rollup", c.pid())
		sum.RSS += number(rollup, "Rss")
		sum.PSS += number(rollup, "Pss")
		sum.Anon += number(rollup, "Anonymous")
		sum.Threads += number(status, "Threads")
	}
	n := float64(len(running))
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
