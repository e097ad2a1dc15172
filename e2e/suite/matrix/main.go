package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	out := flag.String("out", "docs/versions.md", "where the table is written")
	versions := flag.String("versions", "v1.31.4,v1.34.4,v1.36.3", "the versions of Kubernetes, oldest first")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *out, strings.Split(*versions, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "matrix:", err)
		os.Exit(1)
	}
}

// run writes the table even if cases failed, and then says so.
func run(ctx context.Context, out string, versions []string) error {
	var runs []results
	failed := 0
	for _, v := range versions {
		r, err := runOn(ctx, v)
		if err != nil {
			return err
		}
		failed += r.count(failedCase)
		runs = append(runs, r)
	}
	if err := os.WriteFile(out, page(runs), 0o644); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d cases failed", failed)
	}
	return nil
}
