package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	switch words := os.Args[1:]; {
	case len(words) == 3 && words[0] == "build":
		err = build(ctx, words[1], words[2])
	case len(words) > 1 && words[0] == "test":
		err = test(ctx, words[1:])
	default:
		err = errors.New("usage: progress build OUT PACKAGE | progress test FLAGS")
	}
	if err == nil {
		return
	}
	// What go itself has said needs no other words.
	if exit := new(exec.ExitError); errors.As(err, &exit) && exit.ExitCode() > 0 {
		os.Exit(exit.ExitCode())
	}
	fmt.Fprintln(os.Stderr, "progress:", err)
	os.Exit(1)
}
