package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/softstop/softstop/e2e/bench/figures"
)

// orphans is how many the subject makes.
const orphans = 5000

// measureStart times INIT -- subject quit from fork to exit, in µs over the bare child.
func measureStart(root string, all []contestant, rounds int) (figures.Row, error) {
	r := figures.Row{}
	err := inOrder(rounds, all, func(c contestant) error {
		begin := time.Now()
		box, err := launch(root, c.argv("quit"))
		if err != nil {
			return err
		}
		if status := box.wait(); status.ExitStatus() != 0 {
			return fmt.Errorf("start-up of %s: ended with %d", c.name, status.ExitStatus())
		}
		r.Add(c.name, float64(time.Since(begin).Nanoseconds())/1000)
		return nil
	})
	return r.Less(bare), err
}

// measureLatency times the way of SIGTERM from outside to the child, in µs, and counts
// in lost the containers whose child never heard of it.
func measureLatency(root string, all []contestant, rounds int) (latency, lost figures.Row, err error) {
	latency, lost = figures.Row{}, figures.Row{}
	counts := map[string]float64{}
	err = inOrder(rounds, all, func(c contestant) error {
		if c.path == "" {
			return nil
		}
		took, heard, err := oneLatency(root, c)
		if heard {
			latency.Add(c.name, took)
		} else {
			counts[c.name]++
		}
		return err
	})
	for _, c := range all {
		if c.path != "" {
			lost.Add(c.name, counts[c.name])
		}
	}
	return latency, lost, err
}

// oneLatency is one sample, in µs; heard is false if the child ended without a word.
func oneLatency(root string, c contestant) (took float64, heard bool, err error) {
	box, err := launchWithProc(root, "", c.argv())
	if err != nil {
		return 0, false, err
	}
	defer box.end()
	if err := errors.Join(box.ready(), settled(box.pid())); err != nil {
		return 0, false, err
	}
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return 0, false, err
	}
	if err := unix.Kill(box.pid(), unix.SIGTERM); err != nil {
		return 0, false, err
	}
	told, err := box.told()
	if errors.Is(err, io.EOF) {
		return 0, false, nil
	}
	return float64(told.Nanoseconds()-now.Nano()) / 1000, err == nil, err
}

// measureZombies takes PID 1's processor time for each orphan that it reaps, in µs.
func measureZombies(root string, all []contestant, rounds int) (figures.Row, error) {
	r := figures.Row{}
	err := inOrder(rounds, all, func(c contestant) error {
		if c.path == "" {
			return nil
		}
		box, err := launch(root, c.argv("orphans", "5000"))
		if err != nil {
			return err
		}
		defer box.end()
		if err := box.ready(); err != nil {
			return err
		}
		if err := until(func() bool { return len(children(box.pid())) == 1 && state(box.pid()) == "S" }); err != nil {
			return fmt.Errorf("%s did not reap all: %w", c.name, err)
		}
		spent, err := onProcessor(box.pid())
		if err != nil {
			return err
		}
		r.Add(c.name, spent/1000/orphans)
		return nil
	})
	return r, err
}

// onProcessor is the time all threads of pid have been running, in ns. Its start is
// part of it, which 5000 orphans make small.
func onProcessor(pid int) (float64, error) {
	total := 0.0
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(threads) == 0 {
		return 0, fmt.Errorf("no scheduler statistics of %d", pid)
	}
	for _, thread := range threads {
		text, err := os.ReadFile(thread)
		if err != nil {
			return 0, err
		}
		ns, err := strconv.ParseFloat(strings.Fields(string(text))[0], 64)
		if err != nil {
			return 0, err
		}
		total += ns
	}
	return total, nil
}

// measureWakeups counts how often PID 1 goes to sleep anew while nothing happens.
func measureWakeups(root string, all []contestant, idle time.Duration) (figures.Row, error) {
	r := figures.Row{}
	boxes := map[string]*container{}
	defer func() {
		for _, box := range boxes {
			box.end()
		}
	}()
	before := map[string]float64{}
	for _, c := range all {
		if c.path == "" {
			continue
		}
		box, err := launch(root, c.argv())
		if err != nil {
			return nil, err
		}
		boxes[c.name] = box
		if err := box.ready(); err != nil {
			return nil, err
		}
		if err := settled(box.pid()); err != nil {
			return nil, err
		}
		before[c.name] = switches(box.pid())
	}
	<-time.After(idle)
	for name, box := range boxes {
		r.Add(name, switches(box.pid())-before[name])
	}
	return r, nil
}

func switches(pid int) float64 {
	total := 0.0
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	for _, thread := range threads {
		total += number(thread, "voluntary_ctxt_switches")
	}
	return total
}

// measurePids finds the smallest number of pids with which a container works.
func measurePids(root string, all []contestant) (figures.Row, error) {
	r := figures.Row{}
	for _, c := range all {
		if c.path == "" {
			continue
		}
		limit := 1
		for ; limit <= 32; limit++ {
			works, err := worksWith(root, c, limit)
			if err != nil {
				return nil, err
			}
			if works {
				break
			}
		}
		r.Add(c.name, float64(limit))
	}
	return r, nil
}

// worksWith reports whether the container starts, hears SIGTERM and ends with its
// child's code in a cgroup of limit pids.
func worksWith(root string, c contestant, limit int) (bool, error) {
	cgroup, err := newCgroup("pids")
	if err != nil {
		return false, err
	}
	defer removeCgroup(cgroup)
	if err := os.WriteFile(filepath.Join(cgroup, "pids.max"), []byte(strconv.Itoa(limit)), 0o644); err != nil {
		return false, fmt.Errorf("limit the pids: %w", err)
	}
	box, err := launchWithProc(root, cgroup, c.argv())
	if err != nil {
		return false, err
	}
	ended := false
	defer func() {
		if !ended {
			box.end()
		}
	}()
	if box.ready() != nil || settled(box.pid()) != nil || box.cmd.Process.Signal(unix.SIGTERM) != nil {
		return false, nil
	}
	if _, err := box.told(); err != nil {
		return false, nil
	}
	if err := until(func() bool { return state(box.pid()) == "Z" }); err != nil {
		return false, nil
	}
	ended = true
	return box.wait().ExitStatus() == 0, nil
}
