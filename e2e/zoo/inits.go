package main

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"github.com/softstop/softstop/e2e/pace"
)

// Grace is how long a container has from the stop signal to SIGKILL, see grace.
const Grace = 12 * time.Second

// grace is Grace at the pace of this machine: what a container does while it stops takes
// longer on a slow one.
func grace() time.Duration { return pace.Stretch(Grace) }

// softstop is the name of the column under test.
const softstop = "softstop"

// initPath is where a cell finds softstop's init, read-only as from the carrier.
const initPath = "/softstop/softstop-init"

// Init is one column of the table.
type Init struct {
	// Name is the column's head and what -inits takes.
	Name string
	// Words are the command line before the case's command.
	Words []string
	// Softstop marks the column under test: it learns the image's stop signal, as the
	// webhook tells it.
	Softstop bool
	// SmellBaron marks a column that is there only if -smell-baron says where its source is.
	SmellBaron bool
}

// Inits returns the columns in the order of the table.
func Inits() []Init {
	return []Init{
		{Name: nothing},
		{Name: tini, Words: []string{"/usr/bin/tini", "--"}},
		{Name: "tini -g", Words: []string{"/usr/bin/tini", "-g", "--"}},
		{Name: "dumb-init", Words: []string{"/usr/bin/dumb-init", "--"}},
		{Name: "dumb-init --single-child", Words: []string{"/usr/bin/dumb-init", "--single-child", "--"}},
		{Name: "catatonit", Words: []string{"/usr/bin/catatonit", "--"}},
		{Name: "catatonit -g", Words: []string{"/usr/bin/catatonit", "-g", "--"}},
		{Name: "smell-baron", SmellBaron: true, Words: []string{smellBaronPath}},
		{Name: "smell-baron -a", SmellBaron: true, Words: []string{smellBaronPath, "-a"}},
		{Name: softstop, Softstop: true, Words: []string{initPath, fmt.Sprintf("--stop-timeout=%s", grace()-2*time.Second)}},
	}
}

// Argv is the container's whole command line.
func (i Init) Argv(c Case, verbose bool) []string {
	argv := append([]string(nil), i.Words...)
	if i.Softstop {
		if c.Stop != 0 {
			argv = append(argv, "--stop-signal="+unix.SignalName(c.Stop))
		}
		if verbose {
			argv = append(argv, "--verbose")
		}
		argv = append(argv, "--")
	}
	return append(argv, c.Command...)
}
