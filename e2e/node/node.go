//go:build linux

package node

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"

	"github.com/softstop/softstop/e2e/node/parts"
	"github.com/softstop/softstop/e2e/pace"
)

// Options say which node to bring up. The zero value is a good node.
type Options struct {
	// Name tells nodes apart that run side by side: lower-case letters, digits and hyphens. Default "default".
	Name string
	// Kubernetes is the version to run, in the form v1.36.3. Default parts.DefaultKubernetes.
	Kubernetes string
	// Disk, if not 0, is the size in bytes of a file system of its own for the kubelet and the pods' emptyDir volumes, which
	// may then be filled. Default: they share the machine's disk.
	Disk int64
	// Progress is told what is going on and how long it takes, a line at a time. Default: nobody is.
	Progress io.Writer
}

// Node is a running node.
type Node struct {
	pid      int
	spec     spec
	lifeline io.WriteCloser
}

// running is what the keeper writes down for others to find the node by.
type running struct {
	// PID is the node's first process, as the machine counts.
	PID  int
	Spec spec
}

// ErrNotUp says that there is no node of that name.
var ErrNotUp = errors.New("the node is not up")

// Up installs and builds what is missing and brings the node up. It returns when pods can run. The node goes when Down is called
// or this process ends, however it ends, unless Detach is called first. An error that wraps ErrUp means that it was up before.
func Up(ctx context.Context, o Options) (*Node, error) {
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	s, err := prepare(ctx, o)
	if err != nil {
		return nil, err
	}
	keeper, err := parts.Own(ctx, "e2e/node/cmd/softstop-node")
	if err != nil {
		return nil, err
	}
	specJSON, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	lifeline, progress, ended, err := startKeeper(keeper, string(specJSON))
	if err != nil {
		return nil, err
	}
	defer progress.Close()
	// The end of the lifeline is the keeper's sign to give up.
	stop := context.AfterFunc(ctx, func() { _ = lifeline.Close() })
	defer stop()
	if err := followKeeper(progress, o.Progress); err != nil {
		_ = lifeline.Close()
		<-ended
		return nil, errors.Join(ctx.Err(), err)
	}
	n, err := Find(s.Name)
	if err != nil {
		_ = lifeline.Close()
		return nil, err
	}
	n.lifeline = lifeline
	return n, nil
}

// Find returns the node of this name ("" for the default one), or an error that wraps ErrNotUp.
func Find(name string) (*Node, error) {
	s, err := newSpec(Options{Name: name})
	if err != nil {
		return nil, err
	}
	holder, err := lockHolder(s.State + ".lock")
	if err != nil {
		return nil, err
	}
	if holder == 0 {
		return nil, fmt.Errorf("%w: %s", ErrNotUp, s.Name)
	}
	b, err := os.ReadFile(s.running())
	if err != nil {
		return nil, fmt.Errorf("%w: it is only just starting or ending: %w", ErrNotUp, err)
	}
	var r running
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("read %q: %w", s.running(), err)
	}
	return &Node{pid: r.PID, spec: r.Spec}, nil
}

// Detach lets the node outlive this process; Find finds it again.
func (n *Node) Detach() error {
	if n.lifeline == nil {
		return nil
	}
	if _, err := io.WriteString(n.lifeline, "stay\n"); err != nil {
		return fmt.Errorf("tell the node to stay: %w", err)
	}
	return n.lifeline.Close()
}

// Down ends the node and returns when nothing of it is left: no process, mount, namespace, cgroup or file.
func (n *Node) Down() error {
	holder, err := lockHolder(n.spec.State + ".lock")
	if err != nil || holder == 0 {
		return err
	}
	if err := syscall.Kill(holder, syscall.SIGTERM); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("end the node: %w", err)
	}
	return waitLock(n.spec.State + ".lock")
}

// Sweep removes what a node left whose keeper was killed with SIGKILL: cgroups and files. A node that is up is an ErrUp.
func Sweep(name string) error {
	s, err := newSpec(Options{Name: name})
	if err != nil {
		return err
	}
	lock, err := takeLock(s.State + ".lock")
	if err != nil {
		return err
	}
	defer lock.Close()
	return sweep(s)
}

// Kubeconfig is the file to reach the API server with, as its administrator, from inside the node's network.
func (n *Node) Kubeconfig() string { return n.spec.kubeconfig() }

// Logs is the folder with a log for each component.
func (n *Node) Logs() string { return n.spec.logs() }

// Kubernetes is the version that runs.
func (n *Node) Kubernetes() string { return n.spec.Kubernetes }

// newSpec fills in what can be known without building anything.
func newSpec(o Options) (spec, error) {
	if o.Name == "" {
		o.Name = "default"
	}
	if !regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`).MatchString(o.Name) {
		return spec{}, fmt.Errorf("node name %q: want lower-case letters, digits and hyphens", o.Name)
	}
	if o.Kubernetes == "" {
		o.Kubernetes = parts.DefaultKubernetes
	}
	cache, err := parts.Cache()
	if err != nil {
		return spec{}, err
	}
	return spec{
		Name: o.Name, Kubernetes: o.Kubernetes, Disk: o.Disk, State: filepath.Join(cache, "nodes", o.Name),
	}, nil
}

// prepare checks the machine, installs what is missing and builds the parts.
func prepare(ctx context.Context, o Options) (spec, error) {
	s, err := newSpec(o)
	if err != nil {
		return s, err
	}
	s.BootTime = pace.Stretch(bootTime)
	if err := checkMachine(); err != nil {
		return s, err
	}
	if err := InstallPackages(ctx, o.Progress, nodePackages()...); err != nil {
		return s, err
	}
	api, rest, err := parts.Kubernetes(s.Kubernetes)
	if err != nil {
		return s, err
	}
	for _, p := range []parts.Part{api, rest, parts.Etcd(), parts.Containerd(), parts.Helm()} {
		dir, err := parts.Build(ctx, p, o.Progress)
		if err != nil {
			return s, err
		}
		s.Programs = append(s.Programs, dir)
	}
	s.Pause, err = parts.Own(ctx, "e2e/node/pause")
	return s, err
}

// startKeeper starts the keeper in a session of its own, out of reach of the terminal's Ctrl-C. It returns the lifeline, the
// keeper's events, and what is closed when the keeper has gone.
func startKeeper(program, specJSON string) (io.WriteCloser, io.ReadCloser, <-chan struct{}, error) {
	events, theirs, err := os.Pipe()
	if err != nil {
		return nil, nil, nil, err
	}
	defer theirs.Close()
	cmd := exec.Command(program, "keep", specJSON)
	cmd.Dir = "/"
	cmd.ExtraFiles = []*os.File{theirs}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	lifeline, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, nil, fmt.Errorf("start the node's keeper: %w", err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait()
	}()
	return lifeline, events, ended, nil
}

// followKeeper hands the keeper's events on until the node is ready or will not be.
func followKeeper(from io.Reader, progress io.Writer) error {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var ev event
		if err := json.Unmarshal(lines.Bytes(), &ev); err != nil {
			return fmt.Errorf("read the keeper's message %q: %w", lines.Text(), err)
		}
		switch {
		case ev.Ready:
			return nil
		case ev.Error == ErrUp.Error():
			return ErrUp
		case ev.Error != "":
			return fmt.Errorf("bring the node up: %s", ev.Error)
		default:
			fmt.Fprintln(progress, "  "+ev.Step)
		}
	}
	return errors.New("the node's keeper has gone without a word")
}
