package main

import (
	"context"
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
	"time"

	"github.com/softstop/softstop/e2e/pace"
)

const (
	// startLimit is how long a subject may take until it is ready.
	startLimit = 60 * time.Second
	// pollEvery is the pause between two looks at a condition.
	pollEvery = 20 * time.Millisecond
	// readyLine tells the runner that the costly part of a cell, its start, is over.
	readyLine = "ready"
)

// Spec is what the runner tells a cell on its standard input.
type Spec struct {
	// Case and Init name what to run.
	Case, Init string
	// Root is the Debian root folder, Scratch an empty folder to mount on. The others
	// are the programs built for the cells; empty is not built.
	Root, Scratch, Softstop, GoApp, Registrant, SmellBaron string
	// Verbose lets softstop-init say what it does.
	Verbose bool
}

// Result is what a cell answers with.
type Result struct {
	Case, Init string
	// Broken says why the case never came to its stop signal; empty if it did.
	Broken string
	// Graceful is the verdict, Why the first thing that speaks against it.
	Graceful bool
	Why      string
	// Seconds from the stop signal to the end, Exit as a container engine reports it.
	Seconds float64
	Exit    int
	// Killed says that the grace ran out.
	Killed bool
	// Tree are the processes just before the SIGKILL, Log the end of the output.
	Tree, Log string
}

// Cell is one case under one init while it runs.
type Cell struct {
	Case Case
	Init Init

	spec    Spec
	root    string
	logPath string
	cmd     *exec.Cmd
	ended   chan struct{}
	pending []Check
}

// serveCell is the cell's process: it reads a Spec, runs it and writes the Result.
func serveCell() error {
	var spec Spec
	if err := json.NewDecoder(os.Stdin).Decode(&spec); err != nil {
		return fmt.Errorf("read the cell's spec: %w", err)
	}
	c := &Cell{spec: spec, root: filepath.Join(spec.Scratch, "root"), logPath: filepath.Join(spec.Scratch, "log")}
	for _, known := range everyCase() {
		if known.Name() == spec.Case {
			c.Case = known
		}
	}
	for _, known := range Inits() {
		if known.Name == spec.Init {
			c.Init = known
		}
	}
	return json.NewEncoder(os.Stdout).Encode(c.run())
}

// run takes the case from nothing to its verdict.
func (c *Cell) run() Result {
	r := Result{Case: c.spec.Case, Init: c.spec.Init}
	if err := c.bringUp(); err != nil {
		r.Broken, r.Log = err.Error(), c.logTail()
		if c.cmd != nil {
			r.Tree = c.tree()
		}
		return r
	}
	fmt.Println(readyLine)
	if err := c.act(); err != nil && !c.hasEnded() {
		r.Broken, r.Log, r.Tree = "act: "+err.Error(), c.logTail(), c.tree()
		return r
	}
	c.stop(&r)
	r.Why = c.verdict(r)
	r.Graceful = r.Why == ""
	r.Log = c.logTail()
	return r
}

// act does what the case does to its running container. A container that ended over
// it, such as of a signal that is no stop, speaks against its init.
func (c *Cell) act() error {
	for _, act := range c.Case.Acts {
		later, err := act(c)
		if err != nil {
			c.pending = append(c.pending, func(*Cell) error { return errors.New("ended before the stop signal") })
			return err
		}
		if later != nil {
			c.pending = append(c.pending, later)
		}
	}
	return nil
}

// bringUp ends when the container is ready for its acts.
func (c *Cell) bringUp() error {
	if err := c.mountWorld(); err != nil {
		return err
	}
	for _, line := range c.Case.Before {
		if out, err := c.shell(context.Background(), line); err != nil {
			return fmt.Errorf("before: %s: %w: %s", line, err, out)
		}
	}
	if err := c.start(); err != nil {
		return err
	}
	var unmet error
	for deadline := time.Now().Add(pace.Stretch(startLimit)); time.Now().Before(deadline); time.Sleep(pollEvery) {
		if unmet = firstUnmet(c, c.Case.Ready); unmet == nil {
			return nil
		}
		if c.hasEnded() {
			return fmt.Errorf("ended with %d before it was ready: %w", exitCode(c.cmd.ProcessState), unmet)
		}
	}
	return fmt.Errorf("not ready after %s: %w", startLimit, unmet)
}

// start starts the container: a new PID namespace, its own session, and what the container
// runtime gives it: /dev/null to read from, one pipe to write to and one for its errors.
func (c *Cell) start() error {
	log, err := os.OpenFile(c.logPath, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("make the log: %w", err)
	}
	c.cmd = c.command(context.Background(), c.Case.rights(), c.Init.Argv(c.Case, c.spec.Verbose))
	c.cmd.Stdout, c.cmd.Stderr = &pipe{log}, &pipe{log}
	if c.Case.Stdin {
		// The end to write to stays open and unused, as that of a pod nobody attaches to.
		if _, err := c.cmd.StdinPipe(); err != nil {
			return fmt.Errorf("make the container's input: %w", err)
		}
	}
	if err := c.cmd.Start(); err != nil {
		return errors.Join(fmt.Errorf("start the container: %w", err), log.Close())
	}
	c.ended = make(chan struct{})
	go func() {
		_ = c.cmd.Wait() // The state is what is asked for, not the error.
		_ = log.Close()
		close(c.ended)
	}()
	return nil
}

// pipe is a Writer that os/exec cannot hand over as a file: it gives the container a pipe
// of its own instead.
type pipe struct{ io.Writer }

// command is a process in the cell's root folder as PID 1 of a namespace of its own.
func (c *Cell) command(ctx context.Context, as rights, argv []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "/proc/self/exe", append([]string{"enter", c.root, strconv.Itoa(as.user), strconv.FormatBool(as.admin)}, argv...)...)
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8", "HOSTNAME=zoo"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWNS, Setsid: true}
	return cmd
}

// shell runs a shell line beside the container: same files and network, other processes.
func (c *Cell) shell(ctx context.Context, line string) (string, error) {
	out, err := c.command(ctx, rights{}, []string{"/bin/bash", "-c", line}).CombinedOutput()
	return lastLines(string(out), 20), err
}

// stop sends the stop signal and, when the grace is over, SIGKILL.
func (c *Cell) stop(r *Result) {
	begin := time.Now()
	if err := c.cmd.Process.Signal(c.Case.StopSignal()); err != nil && !errors.Is(err, os.ErrProcessDone) {
		r.Broken = "send the stop signal: " + err.Error()
	}
	select {
	case <-c.ended:
	case <-time.After(grace()):
		r.Killed, r.Tree = true, c.tree()
		_ = c.cmd.Process.Kill() // It may have ended this very moment.
		<-c.ended
	}
	r.Seconds = time.Since(begin).Seconds()
	r.Exit = exitCode(c.cmd.ProcessState)
}

// verdict returns what speaks against a graceful stop, "" if nothing does.
func (c *Cell) verdict(r Result) string {
	if r.Killed {
		return strings.TrimSuffix("killed at the end of the grace; "+reasonOf(c.evidence()), "; ")
	}
	return reasonOf(c.evidence())
}

func (c *Cell) evidence() error {
	return firstUnmet(c, append(append([]Check(nil), c.pending...), c.Case.Evidence...))
}

func (c *Cell) hasEnded() bool {
	select {
	case <-c.ended:
		return true
	default:
		return false
	}
}

func (c *Cell) logTail() string {
	data, err := os.ReadFile(c.logPath)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err.Error()
	}
	return lastLines(string(data), 40)
}

// path is where a file of the container is for the cell.
func (c *Cell) path(name string) string { return filepath.Join(c.root, name) }

// firstUnmet returns the error of the first check that does not hold.
func firstUnmet(c *Cell, checks []Check) error {
	for _, check := range checks {
		if err := check(c); err != nil {
			return err
		}
	}
	return nil
}

func reasonOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// exitCode is the code that a container engine reports.
func exitCode(state *os.ProcessState) int {
	status, ok := state.Sys().(syscall.WaitStatus)
	if ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// writeAll copies r into a new file that everybody may read and execute.
func writeAll(path string, r io.Reader) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, r)
	return errors.Join(err, file.Close())
}
