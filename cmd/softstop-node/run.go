package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/containerd/nri/pkg/stub"
	"github.com/go-logr/logr"
	"github.com/go-logr/zapr"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.uber.org/zap"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/plugin"
	"github.com/softstop/softstop/plugin/cri"
	"github.com/softstop/softstop/webhook/inject"
)

// options are the flags.
type options struct {
	config  string // the cluster's configuration file
	init    string // the init, in our image
	folder  string // where to put it: an emptyDir of our pod
	podUID  string
	nri     string // socket
	runtime string // socket
	address string // of metrics and readiness
	worker  bool   // we are the guard's child
	version bool
}

const (
	// leaveTime is how long an ending plugin waits for containers that are between being made and
	// started.
	leaveTime = 10 * time.Second
	// connectTime is how long a runtime may take to be there, and connectPause when it is tried again.
	connectTime  = 30 * time.Second
	connectPause = 250 * time.Millisecond
)

func run(args []string) error {
	var o options
	flags := flag.NewFlagSet("softstop-node", flag.ContinueOnError)
	flags.StringVar(&o.config, "config", "/etc/softstop/config.yaml", "configuration `file`, for its limits")
	flags.StringVar(&o.init, "init", "/softstop-init", "the init, a `file`")
	flags.StringVar(&o.folder, "folder", "/carrier", "`folder` to put it into, from which the runtime mounts it: an emptyDir of this pod")
	flags.StringVar(&o.podUID, "pod-uid", "", "`UID` of this pod")
	flags.StringVar(&o.nri, "nri", "/run/nri/nri.sock", "the runtime's `socket` for plugins")
	flags.StringVar(&o.runtime, "runtime", "/run/containerd/containerd.sock", "the runtime's `socket` for the kubelet")
	flags.StringVar(&o.address, "address", ":8082", "`address` of metrics and readyz")
	flags.BoolVar(&o.worker, "worker", false, "be the plugin itself, without a guard: for the guard")
	flags.BoolVar(&o.version, "version", false, "print the version")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("argument %q is not understood: softstop-node takes flags only", flags.Arg(0))
	}
	if o.version {
		fmt.Println(initbin.Version)
		return nil
	}
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	if o.worker {
		return work(stop, o)
	}
	worker := func() *exec.Cmd {
		command := exec.Command("/proc/self/exe", append([]string{"--worker"}, args...)...) //nolint:gosec // itself, with its own flags
		command.Stdout, command.Stderr = os.Stdout, os.Stderr
		return command
	}
	return plugin.Guard(stop, worker, func(err error) { fmt.Fprintln(os.Stderr, "softstop-node: started again:", err) })
}

// work is the plugin.
func work(stop context.Context, o options) error {
	base, err := zap.NewProduction()
	if err != nil {
		return fmt.Errorf("make logger: %w", err)
	}
	log := zapr.NewLogger(base)
	program, err := os.ReadFile(o.init)
	if err != nil {
		return fmt.Errorf("read the init: %w", err)
	}
	images, err := cri.Open(o.runtime)
	if err != nil {
		return err
	}
	name, err := plugin.Put(program, o.folder)
	if err != nil {
		return err
	}
	ledger := &plugin.Ledger{}
	p := &plugin.Plugin{
		Folder: o.folder, Program: name, PodUID: o.podUID, Limits: limits(o.config, log), StopSignal: images.StopSignal, Log: log,
		Ledger: ledger, Metrics: plugin.NewMetrics(ledger),
	}
	running, cancel := context.WithCancel(context.Background())
	defer cancel()
	go plugin.Beat(running, p.Ready)
	ended := make(chan error, 2)
	go func() { ended <- serve(o.address, p) }()
	go func() { ended <- connect(running, o.nri, p) }()
	select {
	case <-stop.Done():
		select {
		case <-p.Leave():
		case err = <-ended:
		case <-time.After(leaveTime):
		}
	case err = <-ended:
	}
	return err
}

// connect registers the plugin and returns when the connection ends: we are started again then. A
// runtime that is being started itself has some time to be there.
func connect(ctx context.Context, socket string, p *plugin.Plugin) error {
	again := time.NewTicker(connectPause)
	defer again.Stop()
	for late := time.After(connectTime); ; {
		err := register(ctx, socket, p)
		if p.Ready() {
			return err
		}
		select {
		case <-late:
			return err
		case <-again.C:
		}
	}
}

// register registers the plugin, once, and returns when the connection ends.
func register(ctx context.Context, socket string, p *plugin.Plugin) error {
	s, err := stub.New(p, stub.WithPluginName("softstop"), stub.WithPluginIdx("90"), stub.WithSocketPath(socket))
	if err != nil {
		return fmt.Errorf("make plugin: %w", err)
	}
	if err := s.Run(ctx); err != nil {
		return fmt.Errorf("plugin of the container runtime (%s): %w", socket, err)
	}
	return errors.New("the container runtime has closed the connection")
}

// limits returns what reads the limits of the configuration as it is: of the last good one if it is not.
func limits(file string, log logr.Logger) func() config.Limits {
	last := config.Default().Limits
	var mu sync.Mutex
	return func() config.Limits {
		mu.Lock()
		defer mu.Unlock()
		if now, err := config.Load(file); err == nil {
			last = now.Limits
		} else {
			log.Error(err, "the configuration cannot be read: the last limits hold")
		}
		return last
	}
}

// serve answers whether the plugin is ready, what it did, and what became of the containers that are there.
func serve(address string, p *plugin.Plugin) error {
	registry := prometheus.NewRegistry()
	if err := registry.Register(p.Metrics); err != nil {
		return fmt.Errorf("register metrics: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+inject.LedgerPath, p.Ledger)
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /livez", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if !p.Ready() {
			http.Error(w, "no container is wrapped", http.StatusServiceUnavailable)
		}
	})
	server := &http.Server{Addr: address, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	return fmt.Errorf("serve metrics: %w", server.ListenAndServe())
}
