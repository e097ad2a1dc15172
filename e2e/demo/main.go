//go:build linux

// The demo: the same workloads stopped without and with softstop, on a real node, from a bare
// machine, in one command.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/softstop/softstop/e2e/demo/images"
	"github.com/softstop/softstop/e2e/demo/stage"
	"github.com/softstop/softstop/e2e/node/guard"
	"github.com/softstop/softstop/e2e/node/parts"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := guard.EndWithParent()
	switch {
	case err != nil:
	case len(os.Args) == 2 && os.Args[1] == "images":
		err = buildImages(ctx)
	case len(os.Args) == 1:
		err = demo(ctx, os.Getenv("KEEP") != "")
	default:
		err = errors.New("usage: demo [images]; KEEP=1 leaves the node up")
	}
	if ctx.Err() != nil {
		fmt.Fprintln(os.Stderr, "interrupted; nothing is left behind")
		os.Exit(130)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// buildImages is make image.
func buildImages(ctx context.Context) error {
	archives, err := images.Product(ctx, os.Stderr)
	for _, a := range archives {
		digest, err := images.Digest(a)
		if err != nil {
			return err
		}
		fmt.Println(a, digest)
	}
	return err
}

// demo sets the stage, plays, and clears up. Two of them would play on one stage: the second waits.
func demo(ctx context.Context, keep bool) (err error) {
	name := os.Getenv("SOFTSTOP_NODE")
	cache, err := parts.Cache()
	if err != nil {
		return err
	}
	unlock, err := parts.Lock(ctx, filepath.Join(cache, "demo"+name+".lock"), func() {
		fmt.Fprintln(os.Stderr, "another demo is under way on this machine; this one begins when it has ended (SOFTSTOP_NODE=second is a node of its own)")
	})
	if err != nil {
		return err
	}
	defer unlock()
	s, err := stage.Set(ctx, stage.Options{Name: name, Progress: os.Stderr})
	if err != nil {
		return err
	}
	defer func() {
		// A failed demo is taken down, too: a half-played stage helps nobody, and its logs are in
		// the message.
		if keep && err == nil {
			err = s.Detach()
			return
		}
		err = errors.Join(err, s.Close())
	}()
	if err := play(ctx, s); err != nil {
		return err
	}
	printNext(os.Stdout, keep)
	return nil
}
