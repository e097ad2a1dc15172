//go:build linux

package node

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/softstop/softstop/e2e/node/guard"
)

// Command prepares a program to run in the node's network, with the machine's own files. kubectl, helm and the like are found
// first in what was built. Run it with guard.Run, or with its own methods.
func (n *Node) Command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command("nsenter", append([]string{"--net=" + n.namespace("net"), "--", n.spec.program(name)}, args...)...)
	cmd.Env = append(os.Environ(), n.Environment()...)
	return cmd
}

// Environment is what a shell needs to use the node's programs: PATH and KUBECONFIG, and nothing of the user's own Helm.
func (n *Node) Environment() []string {
	path := strings.Join(append(append([]string{}, n.spec.Programs...), os.Getenv("PATH")), ":")
	helm := n.spec.State + "/helm"
	return []string{
		"PATH=" + path, "KUBECONFIG=" + n.Kubeconfig(),
		"HELM_CACHE_HOME=" + helm, "HELM_CONFIG_HOME=" + helm, "HELM_DATA_HOME=" + helm,
	}
}

// Kubectl runs kubectl and returns what it prints on its standard output.
func (n *Node) Kubectl(ctx context.Context, args ...string) (string, error) {
	return output(ctx, n.Command("kubectl", args...), "kubectl", args)
}

// KubectlStdin is Kubectl with something to read, for `apply -f -`.
func (n *Node) KubectlStdin(ctx context.Context, stdin string, args ...string) (string, error) {
	cmd := n.Command("kubectl", args...)
	cmd.Stdin = strings.NewReader(stdin)
	return output(ctx, cmd, "kubectl", args)
}

// Helm runs Helm and returns what it prints on its standard output.
func (n *Node) Helm(ctx context.Context, args ...string) (string, error) {
	return output(ctx, n.Command("helm", args...), "helm", args)
}

// ImportImage gives the node an image archive, as docker save, buildah push and package image write them.
func (n *Node) ImportImage(ctx context.Context, archive io.Reader) error {
	cmd := n.ctr("images", "import", "-")
	cmd.Stdin = archive
	_, err := output(ctx, cmd, "ctr", []string{"images", "import"})
	return err
}

// TagImage gives an image that is on the node another name.
func (n *Node) TagImage(ctx context.Context, from, to string) error {
	_, err := output(ctx, n.ctr("images", "tag", "--force", from, to), "ctr", []string{"images", "tag", from, to})
	return err
}

// ctr prepares containerd's client.
func (n *Node) ctr(args ...string) *exec.Cmd {
	enter := []string{"--mount=" + n.namespace("mnt"), "--net=" + n.namespace("net"), "--"}
	return exec.Command("nsenter", append(enter, ctrArgs(n.spec, args...)...)...)
}

// Registry is an address in the node's network, host:port, from which the node pulls images over plain HTTP. Nobody answers there
// until somebody listens.
func (n *Node) Registry() string { return registryAddress }

// Private is the address of another one that may ask for a password, which the kubelet has and nobody else: no Secret names it.
// (Not where the kubelet has a file system of its own.)
func (n *Node) Private() (address, user, password string) {
	return privateAddress, privateUser, privatePassword
}

// Dial connects to an address inside the node's network. It fits http.Transport's and rest.Config's DialContext and Dial.
func (n *Node) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	return inNetwork(n, func() (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, address)
	})
}

// Listen listens on a TCP address inside the node's network: on the node's own, Address, pods and components reach it.
func (n *Node) Listen(ctx context.Context, address string) (net.Listener, error) {
	return inNetwork(n, func() (net.Listener, error) {
		var c net.ListenConfig
		return c.Listen(ctx, "tcp", address)
	})
}

// Address is the node's own, as pods and components see it.
func (n *Node) Address() string { return nodeIP }

// inNetwork calls do inside the node's network; a socket stays in the network that it was made in.
func inNetwork[T any](n *Node, do func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		// A thread that has changed its network must not serve anybody else: it is never unlocked, so it ends with the goroutine.
		runtime.LockOSThread()
		var r result
		defer func() { done <- r }()
		f, err := os.Open(n.namespace("net"))
		if err == nil {
			defer f.Close()
			err = unix.Setns(int(f.Fd()), unix.CLONE_NEWNET)
		}
		if err != nil {
			r.err = fmt.Errorf("enter the node's network: %w", err)
			return
		}
		r.value, r.err = do()
	}()
	r := <-done
	return r.value, r.err
}

func (n *Node) namespace(kind string) string {
	return "/proc/" + strconv.Itoa(n.pid) + "/ns/" + kind
}

// output runs cmd and returns its standard output; its error says what was run and what it complained about.
func output(ctx context.Context, cmd *exec.Cmd, name string, args []string) (string, error) {
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := guard.Run(ctx, cmd); err != nil {
		return stdout.String(), fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, bytes.TrimSpace(stderr.Bytes()))
	}
	return stdout.String(), nil
}
