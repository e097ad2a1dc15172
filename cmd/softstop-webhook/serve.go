package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/manager"
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
		HealthProbeBindAddress:  o.probes,
		GracefulShutdownTimeout: new(shutdown),
		Metrics:                 server.Options{BindAddress: o.metrics},
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
	if err := addHandler(ctx, stop, mgr, direct, o.config, recorder); err != nil {
		return err
	}
	return addChecks(stop, mgr, certificates, o)
}

// addChecks gives mgr its health and readiness.
func addChecks(stop context.Context, mgr manager.Manager, certificates serving.Certificates, o options) error {
	if err := mgr.AddHealthzCheck("ping", healthz.Ping); err != nil {
		return fmt.Errorf("add health check: %w", err)
	}
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
	for name, check := range checks {
		if err := mgr.AddReadyzCheck(name, check); err != nil {
			return fmt.Errorf("add readiness check %q: %w", name, err)
		}
	}
	return nil
}
