package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/webhook/cluster"
	"github.com/softstop/softstop/webhook/serving"
	"github.com/softstop/softstop/webhook/stops"
)

// shutdown is how long parts may take to end, reviews in flight included: together with the
// lame duck time less than a pod's grace period.
const shutdown = 20 * time.Second

// serve puts the parts together and runs them. When stop is done it stops being ready,
// goes on for the lame duck time, and then ends.
func serve(stop context.Context, o options, log logr.Logger) error {
	rest, err := ctrl.GetConfig()
	if err != nil {
		return fmt.Errorf("find the API server: %w", err)
	}
	direct, err := client.New(rest, client.Options{})
	if err != nil {
		return fmt.Errorf("make client: %w", err)
	}
	caches := cluster.CacheOptions()
	certificates, err := certificatesFor(o, direct, log, &caches)
	if err != nil {
		return err
	}
	if o.stopReports {
		stops.CacheOptions(&caches)
	}
	mgr, err := ctrl.NewManager(rest, ctrl.Options{
		Cache:                   caches,
		HealthProbeBindAddress:  off, // see addPlain
		GracefulShutdownTimeout: new(shutdown),
		Metrics:                 server.Options{BindAddress: off},
		WebhookServer:           serving.NewServer(o.port, func(t *tls.Config) { configureTLS(t, o, certificates) }, shutdown),
	})
	if err != nil {
		return fmt.Errorf("make manager: %w", err)
	}
	running, cancel := context.WithCancel(context.Background())
	defer cancel()
	if err := addParts(running, stop, mgr, certificates, direct, o); err != nil {
		return err
	}
	go func() {
		select {
		case <-stop.Done():
			log.Info("stopping: not ready any more, still answering", "for", o.lameDuck)
			select {
			case <-time.After(o.lameDuck):
			case <-running.Done(): // a part failed meanwhile
			}
			cancel()
		case <-running.Done():
		}
	}()
	log.Info("starting", "version", initbin.Version)
	return mgr.Start(running)
}

// addParts gives mgr all that runs in it: certificates, caches, events, the handler, and who asks
// after its health.
func addParts(ctx, stop context.Context, mgr manager.Manager, certificates serving.Certificates, direct client.Client, o options) error {
	if err := addCertificates(ctx, mgr, certificates); err != nil {
		return err
	}
	if err := cluster.Warm(ctx, mgr.GetCache()); err != nil {
		return err
	}
	recorder, err := addEvents(ctx, mgr, direct, o)
	if err != nil {
		return err
	}
	if err := addHandler(ctx, stop, mgr, direct, o, recorder); err != nil {
		return err
	}
	return addPlain(ctx, mgr, o, readiness(stop, mgr, certificates, o))
}

// off is the address of what does not listen.
const off = "0"

// addPlain gives mgr the servers of its health and its metrics.
func addPlain(ctx context.Context, mgr manager.Manager, o options, ready map[string]healthz.Checker) error {
	probes := http.NewServeMux()
	for path, checks := range map[string]map[string]healthz.Checker{"/healthz": {"ping": healthz.Ping}, "/readyz": ready} {
		handler := http.StripPrefix(path, &healthz.Handler{Checks: checks})
		probes.Handle(path, handler)
		probes.Handle(path+"/", handler) // one check alone
	}
	collected := http.NewServeMux()
	collected.Handle("/metrics", promhttp.HandlerFor(metrics.Registry, promhttp.HandlerOpts{ErrorHandling: promhttp.HTTPErrorOnError}))
	for _, s := range []struct {
		name, address string
		handler       http.Handler
	}{{"probes", o.probes, probes}, {"metrics", o.metrics, collected}} {
		if s.address == off {
			continue
		}
		server, err := serving.Plain(ctx, s.name, s.address, s.handler, shutdown)
		if err != nil {
			return err
		}
		if err := mgr.Add(server); err != nil {
			return fmt.Errorf("add the server of %s: %w", s.name, err)
		}
	}
	return nil
}

// readiness is what a replica needs to be called.
func readiness(stop context.Context, mgr manager.Manager, certificates serving.Certificates, o options) map[string]healthz.Checker {
	checks := map[string]healthz.Checker{
		"certificate": serving.Ready(certificates),
		"server":      mgr.GetWebhookServer().StartedChecker(),
		"caches": func(r *http.Request) error {
			if !mgr.GetCache().WaitForCacheSync(r.Context()) {
				return errors.New("caches are not in sync yet")
			}
			return nil
		},
		"stopping": func(*http.Request) error { return stop.Err() },
	}
	if o.clientCA != "" {
		checks["clients"] = o.clients().Ready
	}
	return checks
}
