//go:build linux

package node

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/softstop/softstop/e2e/node/image"
)

// bootTime is how long the node may take to be ready, at the pace of two idle cores, on which it takes about ten seconds.
const bootTime = 3 * time.Minute

// maxRestarts is how often components may end, all together, before the node gives up.
const maxRestarts = 20

// Boot is the first process of the node's namespaces: it lays out the file system and the network, starts the components and reaps
// whatever dies. When it goes, the kernel kills everything in the node. specJSON comes from the keeper.
func Boot(specJSON string) error {
	signal.Ignore(syscall.SIGPIPE)
	ev := &events{to: os.NewFile(3, "events")}
	syscall.CloseOnExec(3)
	err := boot(specJSON, ev)
	ev.send(event{Error: err.Error()})
	return err
}

func boot(specJSON string, ev *events) error {
	var s spec
	if err := json.Unmarshal([]byte(specJSON), &s); err != nil {
		return fmt.Errorf("read the node's description: %w", err)
	}
	if err := enterRoot(s); err != nil {
		return err
	}
	if err := makeNetwork(); err != nil {
		return err
	}
	users := users()
	if err := writeConf(s, users); err != nil {
		return fmt.Errorf("write the components' configuration: %w", err)
	}
	t := newTable(s)
	started, restarted := make(chan error, 1), make(chan error, maxRestarts)
	go func() { started <- startAll(s, t, users[0].token, ev) }()
	for ready, restarts := false, 0; ; {
		select {
		case err := <-started:
			if err != nil {
				return err
			}
			ready = true
			ev.send(event{Ready: true})
		case err := <-restarted:
			if err != nil {
				return err
			}
		case name := <-t.ended:
			if !ready || restarts == maxRestarts {
				return fmt.Errorf("%s has ended; its last words:\n%s", name, lastLines(s.logs()+"/"+name+".log"))
			}
			restarts++
			go func() { restarted <- restart(s, t, users[0].token, name) }()
		}
	}
}

// restart starts a component again that has ended after the node was ready, as an init system would.
func restart(s spec, t *table, token, name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), s.BootTime)
	defer cancel()
	for _, c := range components(s) {
		if c.name == name {
			if err := awaitNeeds(ctx, s, newProbe(token), c); err != nil {
				return err
			}
			return startOne(s, t, c)
		}
	}
	return fmt.Errorf("%s has ended and is no component", name)
}

// awaitNeeds returns when what a component needs is there.
func awaitNeeds(ctx context.Context, s spec, probe *probe, c component) error {
	for _, need := range c.needs {
		if err := probe.wait(ctx, need); err != nil {
			return fmt.Errorf("%w; the logs are in %s", err, s.logs())
		}
	}
	return nil
}

func startOne(s spec, t *table, c component) error {
	if _, err := t.start(c.name, append([]string{s.program(c.name)}, c.args...)); err != nil {
		return fmt.Errorf("start %s: %w", c.name, err)
	}
	return nil
}

// makeNetwork brings up the loopback and the pods' bridge, which carries the node's own address.
func makeNetwork() error {
	for _, line := range []string{
		"link set lo up",
		"link add cni0 type bridge",
		"addr add " + nodeIP + "/16 dev cni0",
		"link set cni0 up",
		"route add default dev cni0",
	} {
		if out, err := exec.Command("ip", strings.Fields(line)...).CombinedOutput(); err != nil {
			return fmt.Errorf("ip %s: %w: %s", line, err, bytes.TrimSpace(out))
		}
	}
	if err := os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644); err != nil {
		return fmt.Errorf("let the node forward packets: %w", err)
	}
	return nil
}

// startAll starts the components in order, each when what it needs is there, and waits until pods can run.
func startAll(s spec, t *table, token string, ev *events) error {
	ctx, cancel := context.WithTimeout(context.Background(), s.BootTime)
	defer cancel()
	probe := newProbe(token)
	for _, c := range components(s) {
		if err := awaitNeeds(ctx, s, probe, c); err != nil {
			return err
		}
		if c.name == "kubelet" {
			// Before the kubelet, so that no pod can be there first.
			if err := importPause(s, t); err != nil {
				return err
			}
		}
		ev.step("starting " + c.name)
		if err := startOne(s, t, c); err != nil {
			return err
		}
	}
	for _, need := range []condition{nodeIsReady, accountsExist} {
		ev.step("waiting until " + string(need))
		if err := probe.wait(ctx, need); err != nil {
			return fmt.Errorf("%w; the kubelet's last words:\n%s", err, lastLines(s.logs()+"/kubelet.log"))
		}
	}
	return nil
}

// importPause makes the pause image and gives it to containerd.
func importPause(s spec, t *table) error {
	archive := filepath.Join(s.State, "pause.tar")
	f, err := os.Create(archive)
	if err != nil {
		return err
	}
	err = image.Write(f, image.Image{
		Name: pauseImage, Entrypoint: []string{"/pause"}, Files: []image.File{{From: s.Pause, To: "/pause"}},
	})
	if err := firstError(err, f.Close()); err != nil {
		return fmt.Errorf("make the pause image: %w", err)
	}
	p, err := t.start("import-pause", ctrArgs(s, "images", "import", archive))
	if err != nil {
		return err
	}
	<-p.done
	if !p.status.Exited() || p.status.ExitStatus() != 0 {
		return fmt.Errorf("import the pause image: %s", lastLines(s.logs()+"/import-pause.log"))
	}
	return nil
}

// ctrArgs is a command line of containerd's client, for images that the kubelet sees.
func ctrArgs(s spec, args ...string) []string {
	return append([]string{s.program("ctr"), "--address", runtimeSocket, "--namespace", "k8s.io"}, args...)
}

// lastLines returns the end of a log for an error message.
func lastLines(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "\n")
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
