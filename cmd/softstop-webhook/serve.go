package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/discovery"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	ctrlwebhook "sigs.k8s.io/controller-runtime/pkg/webhook"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/webhook"
	"github.com/softstop/softstop/webhook/cluster"
	"github.com/softstop/softstop/webhook/lookup"
	"github.com/softstop/softstop/webhook/serving"
)

// serve puts the parts together and runs them. When stop is done it stops being ready,
// goes on for the lame duck time, and then ends.
func serve(stop context.Context, o options, c config.Config, log logr.Logger) error {
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
	if err := addParts(running, stop, mgr, keeper, direct, c); err != nil {
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
	log.Info("starting", "version", initbin.Version, "initImage", c.InitImage, "mode", c.Mode)
	return mgr.Start(running)
}

// addParts gives mgr its handler and caches.
func addParts(ctx, stop context.Context, mgr manager.Manager, keeper *serving.Keeper, direct client.Client, c config.Config) error {
	if err := mgr.Add(keeper); err != nil {
		return fmt.Errorf("add certificate keeper: %w", err)
	}
	if err := keeper.Watch(ctx, mgr.GetCache()); err != nil {
		return err
	}
	if err := serving.RegisterMetrics(metrics.Registry, keeper); err != nil {
		return fmt.Errorf("register metrics: %w", err)
	}
	found, err := discovery.NewDiscoveryClientForConfig(mgr.GetConfig())
	if err != nil {
		return fmt.Errorf("make discovery client: %w", err)
	}
	apiServer, err := found.ServerVersion()
	if err != nil {
		return fmt.Errorf("ask the API server for its version: %w", err)
	}
	if err := cluster.Warm(ctx, mgr.GetCache()); err != nil {
		return err
	}
	around := &cluster.Cluster{Cached: mgr.GetCache(), Direct: direct, ServerVersion: apiServer.GitVersion}
	images, err := findImages(ctx, c.Registry, around)
	if err != nil {
		return err
	}
	counters, err := webhook.NewMetrics(metrics.Registry)
	if err != nil {
		return fmt.Errorf("register metrics: %w", err)
	}
	mgr.GetWebhookServer().Register(webhook.Path, webhook.InTime(&admission.Webhook{Handler: &webhook.Handler{
		Config: c, Version: initbin.Version, Cluster: around, Images: images, Observe: counters.Observe,
	}}))
	return addChecks(stop, mgr, keeper)
}

// findImages returns what looks images up, or nil if nothing may.
func findImages(ctx context.Context, settings config.Registry, around *cluster.Cluster) (webhook.Images, error) {
	if settings.Off {
		return nil, nil
	}
	networks, err := around.ServiceNetworks(ctx)
	if err != nil {
		return nil, err
	}
	var secrets lookup.Secrets = around
	if settings.NoPullSecrets {
		secrets = nil
	}
	return lookup.New(settings, secrets, networks)
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
