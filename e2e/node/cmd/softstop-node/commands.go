//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/softstop/softstop/e2e/node"
	"github.com/softstop/softstop/e2e/node/parts"
)

func up(ctx context.Context, o node.Options) error {
	begin := time.Now()
	n, err := node.Up(ctx, o)
	if errors.Is(err, node.ErrUp) {
		fmt.Println("the node is up already: make node-shell")
		return nil
	}
	if err != nil {
		return err
	}
	fmt.Printf("Kubernetes %s is up after %s. Look around: make node-shell. End it: make node-down. Logs: %s\n",
		n.Kubernetes(), time.Since(begin).Round(time.Second), n.Logs())
	return n.Detach()
}

func down(o node.Options) error {
	n, err := node.Find(o.Name)
	if errors.Is(err, node.ErrNotUp) {
		fmt.Println("the node is not up")
		return node.Sweep(o.Name)
	}
	if err != nil {
		return err
	}
	if err := n.Down(); err != nil {
		return err
	}
	fmt.Println("the node is gone")
	return nil
}

// shell becomes the shell: nothing of this program stays in between.
func shell(o node.Options, command []string) error {
	n, err := node.Find(o.Name)
	if err != nil {
		return fmt.Errorf("%w; bring it up with make node-up", err)
	}
	if len(command) == 0 {
		command = []string{"bash"}
		fmt.Println("A shell in the node's network: kubectl and helm are ready. Leave it with exit.")
	}
	cmd := n.Command(command[0], command[1:]...)
	path, err := exec.LookPath(cmd.Path)
	if err != nil {
		return err
	}
	return syscall.Exec(path, cmd.Args, cmd.Env)
}

// assets builds all that tests without a node need. Helm is among it, although envtest does not know it: built within
// a test it would show no progress and count as the test's time.
func assets(ctx context.Context, o node.Options) error {
	if o.Kubernetes == "" {
		o.Kubernetes = parts.DefaultKubernetes
	}
	dir, err := parts.Assets(ctx, o.Kubernetes, os.Stderr)
	if err != nil {
		return err
	}
	if _, err := parts.Build(ctx, parts.Helm(), os.Stderr); err != nil {
		return err
	}
	fmt.Println(dir)
	return nil
}
