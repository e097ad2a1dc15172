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
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	ctrlwebhook "sigs.k8s.io/controller-runtime/pkg/webhook"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/webhook/cluster"
	"github.com/softstop/softstop/webhook/serving"
)

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
	keeper := &serving.Keeper{
		Client: direct, Log: log.WithName("serving"), Configuration: o.configuration,
		Secret: client.ObjectKey{Namespace: o.namespace, Name: o.secret}, DNSNames: o.hosts(), Rotation: o.rotation,
	}
	caches := cluster.CacheOptions()
	keeper.CacheOptions(&caches)
	mgr, err := ctrl.NewManager(rest, ctrl.Options{
		Cache:                  caches,
		HealthProbeBindAddress: o.probes,
		Metrics:                server.Options{BindAddress: o.metrics},
		WebhookServer: ctrlwebhook.NewServer(ctrlwebhook.Options{
			Port:    o.port,
			TLSOpts: []func(*tls.Config){func(t *tls.Config) { serving.Configure(t, keeper) }},
		}),
	})
	if err != nil {
		return fmt.Errorf("make manager: %w", err)
	}
	running, cancel := context.WithCancel(context.Background())
	defer cancel()
	if err := addParts(running, stop, mgr, keeper, direct, o.config); err != nil {
		return err
	}
	go func() {
		select {
		case <-stop.Done():
			log.Info("stopping: not ready any more, still answering", "for", o.lameDuck)
			time.Sleep(o.lameDuck)
			cancel()
		case <-running.Done():
		}
	}()
	log.Info("starting", "version", initbin.Version)
	return mgr.Start(running)
}

// addParts gives mgr its handler and caches.
func addParts(ctx, stop context.Context, mgr manager.Manager, keeper *serving.Keeper, direct client.Client, file string) error {
	if err := mgr.Add(keeper); err != nil {
		return fmt.Errorf("add certificate keeper: %w", err)
	}
	if err := keeper.Watch(ctx, mgr.GetCache()); err != nil {
		return err
	}
	if err := serving.RegisterMetrics(metrics.Registry, keeper); err != nil {
		return fmt.Errorf("register metrics: %w", err)
	}
	if err := cluster.Warm(ctx, mgr.GetCache()); err != nil {
		return err
	}
	if err := addHandler(ctx, mgr, direct, file); err != nil {
		return err
	}
	return addChecks(stop, mgr, keeper)
}

// addChecks gives mgr its health and readiness.
func addChecks(stop context.Context, mgr manager.Manager, keeper *serving.Keeper) error {
	if err := mgr.AddHealthzCheck("ping", healthz.Ping); err != nil {
		return fmt.Errorf("add health check: %w", err)
	}
	for name, check := range map[string]healthz.Checker{
		"certificate": serving.Ready(keeper),
		"server":      mgr.GetWebhookServer().StartedChecker(),
		"caches": func(r *http.Request) error {
			if !mgr.GetCache().WaitForCacheSync(r.Context()) {
				return errors.New("caches are not in sync yet")
			}
			return nil
		},
		"stopping": func(*http.Request) error { return stop.Err() },
	} {
		if err := mgr.AddReadyzCheck(name, check); err != nil {
			return fmt.Errorf("add readiness check %q: %w", name, err)
		}
	}
	return nil
}
