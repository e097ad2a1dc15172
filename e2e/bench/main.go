//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/softstop/softstop/e2e/bench/load"
	"github.com/softstop/softstop/e2e/bench/rollout"
	"github.com/softstop/softstop/e2e/node/guard"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := dispatch(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// dispatch tells the program people start from the one that it starts of itself inside the node's
// network.
func dispatch(ctx context.Context, args []string) error {
	if len(args) == 1 && args[0] == rollout.LoadCommand {
		return load.Run(os.Stdin, os.Stdout)
	}
	if err := guard.EndWithParent(); err != nil {
		return err
	}
	return bench(ctx, args)
}
