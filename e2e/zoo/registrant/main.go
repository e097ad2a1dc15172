package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	etcd "go.etcd.io/etcd/client/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
)

const (
	address  = "127.0.0.1:9000"
	registry = "127.0.0.1:2379"
	key      = "/services/zoo/" + address
	// lease is how long the entry would outlive a server that does not take it out, in
	// seconds: longer than the zoo waits for anything.
	lease = 60
)

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "registrant:", err)
		os.Exit(1)
	}
}

// serve registers, serves and, when it is told to stop, deregisters.
func serve() error {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	grpc_health_v1.RegisterHealthServer(server, health.NewServer())
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	deregister, err := register()
	if err != nil {
		return fmt.Errorf("register: %w", err)
	}
	if err := note("up"); err != nil {
		return err
	}
	select {
	case err := <-failed:
		return err
	case <-signals:
	}
	if err := note("told"); err != nil {
		return err
	}
	go func() {
		<-signals
		_ = note("hard") // It is about to exit either way.
		os.Exit(99)
	}()
	if err := deregister(); err != nil {
		_ = note("lost") // What counts is the error.
		return fmt.Errorf("deregister: %w", err)
	}
	server.GracefulStop()
	return note("cleaned")
}

// register puts the server's address into the registry and returns what takes it out.
func register() (deregister func() error, err error) {
	client, err := etcd.New(etcd.Config{Endpoints: []string{registry}, DialTimeout: 20 * time.Second})
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	granted, err := client.Grant(ctx, lease)
	if err != nil {
		return nil, err
	}
	if _, err := client.Put(ctx, key, address, etcd.WithLease(granted.ID)); err != nil {
		return nil, err
	}
	alive, err := client.KeepAlive(ctx, granted.ID)
	if err != nil {
		return nil, err
	}
	go func() {
		for range alive { // Nobody needs the answers, but they must be taken.
		}
	}()
	return func() error {
		limited, cancel := context.WithTimeout(ctx, 3*time.Second)
		defer cancel()
		_, err := client.Revoke(limited, granted.ID)
		return err
	}, nil
}

// note appends to the file in /out that counts what happened.
func note(what string) error {
	file, err := os.OpenFile("/out/app."+what, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = fmt.Fprintln(file, os.Getpid())
	return err
}
