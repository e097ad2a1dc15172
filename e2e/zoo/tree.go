package main

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
)

// process is one line of /proc as the cell sees it.
type process struct {
	pid, parent     int
	inner, state    string
	name, command   string
	ignored, caught string
}

// tree draws the container's processes, for the report on a case that failed.
func (c *Cell) tree() string {
	children := map[int][]process{}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return err.Error()
	}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		if p, ok := readProcess(pid); ok {
			children[p.parent] = append(children[p.parent], p)
		}
	}
	var out strings.Builder
	if p, ok := readProcess(c.cmd.Process.Pid); ok {
		draw(&out, p, children, 0)
	}
	return out.String()
}

func draw(out *strings.Builder, p process, children map[int][]process, depth int) {
	fmt.Fprintf(out, "%s%s %s [%s] ign %s cgt %s: %s\n", strings.Repeat("  ", depth), p.inner, p.name, p.state, p.ignored, p.caught, p.command)
	below := children[p.pid]
	sort.Slice(below, func(i, j int) bool { return below[i].pid < below[j].pid })
	for _, child := range below {
		draw(out, child, children, depth+1)
	}
}

// readProcess reads what the drawing needs; false means that the process is gone.
func readProcess(pid int) (process, bool) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return process{}, false
	}
	p := process{pid: pid}
	for _, line := range strings.Split(string(status), "\n") {
		key, value, _ := strings.Cut(line, ":")
		fields := strings.Fields(value)
		if len(fields) == 0 {
			continue
		}
		switch key {
		case "Name":
			p.name = fields[0]
		case "State":
			p.state = fields[0]
		case "PPid":
			p.parent, _ = strconv.Atoi(fields[0])
		case "NSpid":
			p.inner = fields[len(fields)-1]
		case "SigIgn":
			p.ignored = strings.TrimLeft(fields[0], "0")
		case "SigCgt":
			p.caught = strings.TrimLeft(fields[0], "0")
		}
	}
	command, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		return process{}, false
	}
	p.command = strings.ReplaceAll(strings.TrimRight(string(command), "\x00"), "\x00", " ")
	return p, true
}
