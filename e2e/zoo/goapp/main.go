package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: goapp serve | parent COMMAND… | pdeathsig COMMAND… | forward COMMAND… | group COMMAND…")
		os.Exit(2)
	}
	var err error
	switch os.Args[1] {
	case "serve":
		err = serve()
	case "parent":
		err = child(os.Args[2:]).Run()
	case "pdeathsig":
		err = bound(child(os.Args[2:]))
	default:
		err = forward(child(os.Args[2:]), os.Args[1] == "group")
	}
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		os.Exit(exit.ExitCode())
	case err != nil:
		fmt.Fprintln(os.Stderr, "goapp:", err)
		os.Exit(1)
	}
}

// note appends to the file in /out that counts what happened.
func note(name, what string) {
	file, err := os.OpenFile("/out/"+name+"."+what, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		fmt.Fprintln(os.Stderr, "goapp:", err)
		os.Exit(1)
	}
	defer file.Close()
	if _, err := fmt.Fprintln(file, os.Getpid()); err != nil {
		fmt.Fprintln(os.Stderr, "goapp:", err)
	}
}

// serve answers slowly, finishes what is in flight at the stop signal and quits hard
// when it is told twice.
func serve() error {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	server := &http.Server{Addr: ":8000", Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		note("request", "up")
		<-time.After(1500 * time.Millisecond)
		_, _ = io.WriteString(w, "whole") // The client may have gone.
	})}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	note("app", "up")
	select {
	case err := <-failed:
		return err
	case <-signals:
	}
	note("app", "told")
	go func() {
		<-signals
		note("app", "hard")
		os.Exit(99)
	}()
	if err := server.Shutdown(context.Background()); err != nil {
		return err
	}
	note("app", "cleaned")
	return nil
}

func child(argv []string) *exec.Cmd {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd
}

// bound runs a child that is sent SIGTERM when its parent dies.
func bound(cmd *exec.Cmd) error {
	runtime.LockOSThread() // The kernel sends the signal when this thread ends.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	return cmd.Run()
}

// forward runs the child and passes SIGTERM on to it alone, or to its group.
func forward(cmd *exec.Cmd, group bool) error {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: group}
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() {
		<-signals
		target := cmd.Process.Pid
		if group {
			target = -target
		}
		if err := syscall.Kill(target, syscall.SIGTERM); err != nil {
			fmt.Fprintln(os.Stderr, "goapp:", err)
		}
	}()
	return cmd.Wait()
}
