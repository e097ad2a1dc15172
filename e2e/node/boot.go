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

// bootTime is how long the node may take to be ready. It takes about ten seconds on two idle cores.
const bootTime = 3 * time.Minute

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
	failed := make(chan error, 1)
	go func() { failed <- startAll(s, t, users[0].token, ev) }()
	for {
		select {
		case err := <-failed:
			if err != nil {
				return err
			}
			ev.send(event{Ready: true})
		case name := <-t.ended:
			return fmt.Errorf("%s has ended; its last words:\n%s", name, lastLines(s.logs()+"/"+name+".log"))
		}
	}
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
	ctx, cancel := context.WithTimeout(context.Background(), bootTime)
	defer cancel()
	probe := newProbe(token)
	for _, c := range components(s) {
		for _, need := range c.needs {
			if err := probe.wait(ctx, need); err != nil {
				return fmt.Errorf("%w; the logs are in %s", err, s.logs())
			}
		}
		if c.name == "kubelet" {
			// Before the kubelet, so that no pod can be there first.
			if err := importPause(s, t); err != nil {
				return err
			}
		}
		ev.step("starting " + c.name)
		if _, err := t.start(c.name, append([]string{s.program(c.name)}, c.args...)); err != nil {
			return fmt.Errorf("start %s: %w", c.name, err)
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
