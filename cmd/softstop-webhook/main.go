package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/go-logr/logr"
	"github.com/go-logr/zapr"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	_ "golang.org/x/crypto/x509roots/fallback" // the image is made from scratch: no system roots
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/softstop/softstop/initbin"
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == "injected" {
		said, err := injected(os.Args[2])
		if err != nil {
			fmt.Fprintln(os.Stderr, "softstop-webhook:", err)
			os.Exit(1)
		}
		fmt.Println(said)
		return
	}
	o, help, err := parseFlags(os.Args[1:])
	switch {
	case err != nil:
		for line := range strings.Lines(err.Error()) {
			fmt.Fprintln(os.Stderr, "softstop-webhook:", strings.TrimRight(line, "\n"))
		}
		os.Exit(2)
	case help != "":
		fmt.Print(help)
		return
	case o.showVersion:
		fmt.Println("softstop-webhook", initbin.Version)
		return
	}
	log, err := newLogger(o.logLevel)
	if err != nil {
		fmt.Fprintln(os.Stderr, "softstop-webhook:", err)
		os.Exit(2)
	}
	ctrl.SetLogger(log)
	if limit, ok := memoryLimit(os.Getenv("SOFTSTOP_MEMORY_LIMIT"), os.Getenv("GOMEMLIMIT")); ok {
		debug.SetMemoryLimit(limit)
	}
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	if err := serve(stop, o, log); err != nil {
		log.Error(err, "stopped")
		os.Exit(1)
	}
}

func newLogger(level string) (logr.Logger, error) {
	parsed, err := zapcore.ParseLevel(level)
	if err != nil {
		return logr.Logger{}, fmt.Errorf("--log-level: %w", err)
	}
	settings := zap.NewProductionConfig()
	settings.Level = zap.NewAtomicLevelAt(parsed)
	settings.EncoderConfig.EncodeTime = zapcore.ISO8601TimeEncoder
	built, err := settings.Build()
	if err != nil {
		return logr.Logger{}, fmt.Errorf("make logger: %w", err)
	}
	return zapr.NewLogger(built), nil
}
