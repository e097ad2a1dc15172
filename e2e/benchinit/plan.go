package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/softstop/softstop/e2e/bench/figures"
	"github.com/softstop/softstop/e2e/zoo/debian"
)

// plan says what to measure and how often.
type plan struct {
	// Init and Ordinary are softstop-init's two builds, Root the Debian root folder.
	Init, Ordinary, Root string
	// Idle is how long wake-ups are counted, Rounds the samples of the cheap figures.
	Idle   time.Duration
	Rounds int
}

// prepare makes what is missing: the root folder and softstop's programs.
func (p *plan) prepare(ctx context.Context, scratch string, progress io.Writer) error {
	var err error
	if p.Root == "" {
		if p.Root, err = debian.Root(ctx, progress); err != nil {
			return err
		}
	}
	for path, mode := range map[*string]string{&p.Init: "", &p.Ordinary: "1"} {
		if *path == "" {
			*path = filepath.Join(scratch, "softstop-init"+mode)
			if err := buildInit(ctx, *path, mode); err != nil {
				return err
			}
		}
	}
	return nil
}

// buildInit builds softstop-init as it is shipped, or as ordinary Go.
func buildInit(ctx context.Context, out, ordinary string) error {
	module, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return fmt.Errorf("find the module: %w", err)
	}
	cmd := exec.CommandContext(ctx, "sh", "cmd/softstop-init/build.sh", out)
	cmd.Dir = filepath.Dir(strings.TrimSpace(string(module)))
	cmd.Env = append(os.Environ(), "ORDINARY="+ordinary)
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build softstop-init: %w\n%s", err, text)
	}
	return nil
}

// run starts the measuring process in a mount namespace of its own, so that what it
// mounts vanishes with it, and returns what it found.
func (p *plan) run(ctx context.Context) (results, error) {
	input, err := json.Marshal(p)
	if err != nil {
		return results{}, err
	}
	cmd := exec.CommandContext(ctx, "/proc/self/exe", "inside")
	cmd.Stdin, cmd.Stderr = bytes.NewReader(input), os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	out, err := cmd.Output()
	if err != nil {
		return results{}, fmt.Errorf("measure: %w", err)
	}
	var r results
	if err := json.Unmarshal(out, &r); err != nil {
		return results{}, fmt.Errorf("read the measurements: %w", err)
	}
	return r, nil
}

// inside is the measuring process.
func inside(ctx context.Context) error {
	var p plan
	if err := json.NewDecoder(os.Stdin).Decode(&p); err != nil {
		return fmt.Errorf("read the plan: %w", err)
	}
	if err := furnish(ctx, p.Root, p.Init, p.Ordinary); err != nil {
		return err
	}
	r, err := p.measure(os.Stderr)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}

// measure takes all figures, one after the other.
func (p *plan) measure(progress io.Writer) (results, error) {
	all := p.contestants()
	r := results{Rows: map[string]figures.Row{}, Columns: columns(all), Versions: debian.Versions(p.Root), Machine: figures.Machine()}
	begin := time.Now()
	step := func(what string, take func() error) error {
		fmt.Fprintf(progress, "%4.0fs %s\n", time.Since(begin).Seconds(), what)
		if err := take(); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		return nil
	}
	one := func(key string, take func() (figures.Row, error)) func() error {
		return func() (err error) { r.Rows[key], err = take(); return err }
	}
	steps := []struct {
		what string
		take func() error
	}{
		{"sizes", one("size", func() (figures.Row, error) { return sizes(p.Root, all) })},
		{"memory", func() error {
			m, err := measureMemory(p.Root, all, max(5, p.Rounds/20))
			r.Rows["charge"], r.Rows["rss"], r.Rows["anon"], r.Rows["pss"], r.Rows["threads"] = m.charge, m.rss, m.anon, m.pss, m.threads
			return err
		}},
		{"start-up", one("start", func() (figures.Row, error) { return measureStart(p.Root, all, p.Rounds) })},
		{"signal latency", func() (err error) {
			r.Rows["latency"], r.Rows["lost"], err = measureLatency(p.Root, all, p.Rounds)
			return err
		}},
		{"zombies", one("zombies", func() (figures.Row, error) { return measureZombies(p.Root, all, max(3, p.Rounds/40)) })},
		{"pids", one("pids", func() (figures.Row, error) { return measurePids(p.Root, all) })},
		{"wake-ups", one("wakeups", func() (figures.Row, error) { return measureWakeups(p.Root, all, p.Idle) })},
	}
	for _, s := range steps {
		if err := step(s.what, s.take); err != nil {
			return results{}, err
		}
	}
	return r, nil
}

// sizes are those of the programs' files, in KiB.
func sizes(root string, all []contestant) (figures.Row, error) {
	r := figures.Row{}
	for _, c := range all {
		if c.path == "" {
			continue
		}
		info, err := os.Stat(filepath.Join(root, c.path))
		if err != nil {
			return nil, err
		}
		r.Add(c.name, float64(info.Size())/1024)
	}
	return r, nil
}
