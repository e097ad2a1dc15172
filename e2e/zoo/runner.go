package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/softstop/softstop/e2e/zoo/debian"
)

// Options say which cells to run and with what.
type Options struct {
	// Cases and Inits are the lines and the columns.
	Cases []Case
	Inits []Init
	// Root is the Debian root folder, Softstop the init under test; empty means that Run
	// prepares and builds them.
	Root, Softstop string
	// SmellBaron is the folder of smell-baron's source; empty leaves its columns out.
	SmellBaron string
	// Parallel is how many cells run at a time, Repeat how often each runs.
	Parallel, Repeat int
	// Verbose lets softstop-init say what it does.
	Verbose bool
}

// choose fills Cases and Inits by name.
func (o *Options) choose(inits, cases string) error {
	pattern, err := regexp.Compile(cases)
	if err != nil {
		return fmt.Errorf("read -cases: %w", err)
	}
	for _, c := range Cases() {
		if pattern.MatchString(c.Name()) {
			o.Cases = append(o.Cases, c)
		}
	}
	wanted := map[string]bool{}
	for _, name := range strings.Split(inits, ",") {
		wanted[strings.TrimSpace(name)] = inits != ""
	}
	for _, i := range Inits() {
		switch {
		case i.SmellBaron && o.SmellBaron == "" && wanted[i.Name]:
			return fmt.Errorf("-inits: %s must be built: say where its source is with -smell-baron", i.Name)
		case i.SmellBaron && o.SmellBaron == "":
		case inits == "" || wanted[i.Name]:
			o.Inits = append(o.Inits, i)
			delete(wanted, i.Name)
		}
	}
	for name, asked := range wanted {
		if asked {
			return fmt.Errorf("-inits: there is no init called %q", name)
		}
	}
	return nil
}

func (o *Options) print(w io.Writer) {
	for _, c := range o.Cases {
		fmt.Fprintln(w, c.Name())
	}
	for _, i := range o.Inits {
		fmt.Fprintln(w, "init:", i.Name)
	}
	fmt.Fprintf(w, "%d cases, %d inits\n", len(o.Cases), len(o.Inits))
}

// Run runs every chosen cell and returns the results in the order of the table.
func (o *Options) Run(ctx context.Context, progress io.Writer) ([]Result, error) {
	scratch, err := os.MkdirTemp("", "softstop-zoo-")
	if err != nil {
		return nil, fmt.Errorf("make a scratch folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	specs, err := o.prepare(ctx, scratch, progress)
	if err != nil {
		return nil, err
	}
	results := make([]Result, len(specs))
	// A start costs processor time, a stop mostly waiting: they are bounded apart.
	running, starting := make(chan struct{}, o.Parallel), make(chan struct{}, runtime.NumCPU())
	var all sync.WaitGroup
	var lines sync.Mutex
	begin, done := time.Now(), 0
	for i, spec := range specs {
		running <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		starting <- struct{}{}
		all.Go(func() {
			defer func() { <-running }()
			results[i] = runCell(ctx, spec, func() { <-starting })
			lines.Lock()
			defer lines.Unlock()
			done++
			fmt.Fprintf(progress, "%4.0fs %3d/%d %s\n", time.Since(begin).Seconds(), done, len(specs), results[i].line())
		})
	}
	all.Wait()
	if ctx.Err() != nil {
		return nil, fmt.Errorf("interrupted after %d of %d cells", done, len(specs))
	}
	return results, nil
}

// prepare makes what the cells share and returns one spec per cell.
func (o *Options) prepare(ctx context.Context, scratch string, progress io.Writer) ([]Spec, error) {
	var err error
	if o.Root == "" {
		if o.Root, err = debian.Root(ctx, progress); err != nil {
			return nil, err
		}
	}
	// The cells mount their own filesystem over an empty folder: one serves all.
	world := filepath.Join(scratch, "world")
	if err := os.Mkdir(world, 0o755); err != nil {
		return nil, err
	}
	base := Spec{Verbose: o.Verbose, Root: o.Root, Scratch: world, GoApp: filepath.Join(scratch, "goapp"), Registrant: filepath.Join(scratch, "registrant")}
	for folder, program := range map[string]string{"goapp": base.GoApp, "registrant": base.Registrant} {
		if err := inModule(ctx, "go", "build", "-C", "e2e/zoo/"+folder, "-trimpath", "-o", program); err != nil {
			return nil, fmt.Errorf("build the subject %s: %w", folder, err)
		}
	}
	if base.Softstop, err = o.initUnderTest(ctx, scratch); err != nil {
		return nil, err
	}
	if o.SmellBaron != "" {
		if base.SmellBaron, err = buildSmellBaron(ctx, o.SmellBaron, filepath.Join(scratch, "smell-baron")); err != nil {
			return nil, err
		}
	}
	var specs []Spec
	for _, c := range o.Cases {
		for _, i := range o.Inits {
			for range o.Repeat {
				spec := base
				spec.Case, spec.Init = c.Name(), i.Name
				specs = append(specs, spec)
			}
		}
	}
	return specs, nil
}

// initUnderTest returns the path of the init under test, built unless it was given; empty
// when its column is not asked for.
func (o *Options) initUnderTest(ctx context.Context, scratch string) (string, error) {
	asked := false
	for _, i := range o.Inits {
		asked = asked || i.Softstop
	}
	if !asked {
		return "", nil
	}
	if o.Softstop != "" {
		return filepath.Abs(o.Softstop)
	}
	path := filepath.Join(scratch, "softstop-init")
	if err := inModule(ctx, "sh", "cmd/softstop-init/build.sh", path); err != nil {
		return "", fmt.Errorf("build softstop-init: %w", err)
	}
	return path, nil
}

// inModule runs a command in this module's folder.
func inModule(ctx context.Context, name string, args ...string) error {
	module, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return fmt.Errorf("find the module: %w", err)
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = filepath.Dir(strings.TrimSpace(string(module)))
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, text)
	}
	return nil
}

// runCell runs one cell as a process of its own and calls ready when its start is
// over, also when it failed.
func runCell(ctx context.Context, spec Spec, ready func()) Result {
	var once sync.Once
	defer once.Do(ready)
	failed := func(err error) Result {
		return Result{Case: spec.Case, Init: spec.Init, Broken: err.Error()}
	}
	input, err := json.Marshal(spec)
	if err != nil {
		return failed(err)
	}
	cmd := exec.CommandContext(ctx, "/proc/self/exe", "cell")
	cmd.Stdin = bytes.NewReader(input)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS,
		Setsid:     true,
		Pdeathsig:  syscall.SIGKILL,
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return failed(err)
	}
	if err := cmd.Start(); err != nil {
		return failed(fmt.Errorf("start a cell: %w", err))
	}
	var result Result
	readErr := errors.New("the cell said nothing")
	for reader := bufio.NewReader(out); ; {
		line, err := reader.ReadBytes('\n')
		if err != nil {
			break
		}
		if strings.TrimSpace(string(line)) == readyLine {
			once.Do(ready)
			continue
		}
		readErr = json.Unmarshal(line, &result)
	}
	if err := errors.Join(cmd.Wait(), readErr); err != nil {
		return failed(fmt.Errorf("%w: %s", err, complaint.String()))
	}
	return result
}

// line is a result for people who watch.
func (r Result) line() string {
	verdict := "graceful"
	switch {
	case r.Broken != "":
		verdict = "BROKEN: " + r.Broken
	case !r.Graceful:
		verdict = "no: " + r.Why
	}
	return fmt.Sprintf("%-48s %-24s %5.1fs exit %-3d %s", r.Case, r.Init, r.Seconds, r.Exit, verdict)
}
