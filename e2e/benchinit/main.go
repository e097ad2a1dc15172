package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if err := dispatch(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "benchinit:", err)
		os.Exit(1)
	}
}

// dispatch tells the program people start from the two that it starts of itself.
func dispatch(ctx context.Context, args []string) error {
	switch {
	case len(args) > 2 && args[0] == "launcher":
		return launcher(args[1:])
	case len(args) == 1 && args[0] == "inside":
		return inside(ctx)
	}
	return bench(ctx, args)
}

// bench is the command line for people.
func bench(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("benchinit", flag.ContinueOnError)
	var p plan
	flags.StringVar(&p.Init, "init", "", "softstop-init without the Go runtime; empty means that it is built")
	flags.StringVar(&p.Ordinary, "ordinary", "", "softstop-init as ordinary Go; empty means that it is built, \"none\" that it is left out")
	flags.StringVar(&p.Root, "root", "", "use this Debian root folder instead of preparing one")
	flags.DurationVar(&p.Idle, "idle", 30*time.Second, "how long to count wake-ups")
	flags.IntVar(&p.Rounds, "rounds", 400, "samples of start-up and latency; the costlier figures take fewer")
	out := flags.String("out", "", "write the table to this Markdown file")
	if err := flags.Parse(args); err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "softstop-bench-")
	if err != nil {
		return fmt.Errorf("make a scratch folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	if err := p.prepare(ctx, scratch, os.Stderr); err != nil {
		return err
	}
	results, err := p.run(ctx)
	if err != nil {
		return err
	}
	fmt.Print(results.text())
	if *out == "" {
		return nil
	}
	if err := os.WriteFile(*out, []byte(results.page()), 0o644); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	return nil
}
