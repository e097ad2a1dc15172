//go:build linux

// softstop-node brings a real one-node Kubernetes cluster up and down on a bare machine, for tests and for people who want to look
// around. `make help` names the usual ways to call it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/softstop/softstop/e2e/node"
	"github.com/softstop/softstop/e2e/node/guard"
	"github.com/softstop/softstop/e2e/node/parts"
)

const usage = `usage: softstop-node up | down | shell [COMMAND ARG...] | assets

  up      bring the node up and leave it running
  down    end it; nothing of it is left
  shell   a shell (or COMMAND) in the node's network, with kubectl, helm and KUBECONFIG
  assets  build what tests without a node need; print the folder for envtest's KUBEBUILDER_ASSETS

SOFTSTOP_NODE names the node (default "default"), SOFTSTOP_KUBERNETES its version (default ` + parts.DefaultKubernetes + `).
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "softstop-node:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		_, err := io.WriteString(os.Stderr, usage)
		return errors.Join(errors.New("no command"), err)
	}
	o := node.Options{
		Name: os.Getenv("SOFTSTOP_NODE"), Kubernetes: os.Getenv("SOFTSTOP_KUBERNETES"), Progress: os.Stderr,
	}
	switch command, rest := args[0], args[1:]; {
	case command == "up":
		if err := guard.EndWithParent(); err != nil {
			return err
		}
		return up(ctx, o)
	case command == "down":
		return down(o)
	case command == "shell":
		return shell(o, rest)
	case command == "assets":
		return assets(ctx, o)
	case command == "keep" && len(rest) == 1: // started by node.Up
		return node.Keep(rest[0])
	case command == "boot" && len(rest) == 1: // started by node.Keep
		return node.Boot(rest[0])
	default:
		return fmt.Errorf("unknown command %q\n%s", command, usage)
	}
}
