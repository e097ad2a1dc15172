package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/discovery"
	ctrlcache "sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/webhook"
	"github.com/softstop/softstop/webhook/cluster"
	"github.com/softstop/softstop/webhook/events"
	"github.com/softstop/softstop/webhook/lookup"
	"github.com/softstop/softstop/webhook/reload"
	"github.com/softstop/softstop/webhook/serving"
)

// addHandler gives mgr what answers reviews, by the configuration file of o. recorder may be nil.
func addHandler(ctx, stop context.Context, mgr manager.Manager, direct client.Client, o options, recorder *events.Recorder) error {
	around, err := surroundings(ctx, mgr, direct, o)
	if err != nil {
		return err
	}
	pods, lookups, configs := webhook.NewMetrics(), lookup.NewMetrics(), reload.NewMetrics()
	for _, collector := range slices.Concat(pods.Collectors(), lookups.Collectors(), configs.Collectors()) {
		if err := metrics.Registry.Register(collector); err != nil {
			return fmt.Errorf("register metrics: %w", err)
		}
	}
	images := func(settings config.Registry) (webhook.Images, error) {
		return findImages(ctx, settings, around, lookups)
	}
	store, err := reload.Open(o.config, images, configs, mgr.GetLogger().WithName("config"))
	if err != nil {
		return err
	}
	if err := mgr.Add(store); err != nil {
		return fmt.Errorf("add configuration store: %w", err)
	}
	reviews := &webhook.Handler{
		Settings: store.Settings, Version: initbin.Version, Cluster: around, Observe: func(outcome webhook.Outcome) {
			pods.Observe(outcome)
			if recorder == nil {
				return
			}
			for _, event := range events.OfReview(outcome, time.Now()) {
				recorder.Record(event)
			}
		},
	}
	mgr.GetWebhookServer().Register(webhook.Path, serving.Polite(stop, serving.InTime(serving.NewBodies().Handler(reviews.Answer))))
	return nil
}

// surroundings returns what knows the cluster.
func surroundings(ctx context.Context, mgr manager.Manager, direct client.Client, o options) (*cluster.Cluster, error) {
	found, err := discovery.NewDiscoveryClientForConfig(mgr.GetConfig())
	if err != nil {
		return nil, fmt.Errorf("make discovery client: %w", err)
	}
	apiServer, err := found.ServerVersion()
	if err != nil {
		return nil, fmt.Errorf("ask the API server for its version: %w", err)
	}
	around := &cluster.Cluster{Cached: mgr.GetCache(), Direct: direct, ServerVersion: apiServer.GitVersion}
	if !o.plugins {
		return around, nil
	}
	plugins, err := cluster.PluginCache(mgr.GetConfig(), o.namespace)
	if err != nil {
		return nil, err
	}
	if _, err := plugins.GetInformer(ctx, &corev1.Pod{}, ctrlcache.BlockUntilSynced(false)); err != nil {
		return nil, fmt.Errorf("watch the nodes' plugins: %w", err)
	}
	around.Plugins = plugins
	if err := mgr.Add(plugins); err != nil {
		return nil, fmt.Errorf("add the cache of the nodes' plugins: %w", err)
	}
	return around, nil
}

// findImages returns what looks images up, or nil if nothing may.
func findImages(ctx context.Context, settings config.Registry, around *cluster.Cluster, counters *lookup.Metrics) (webhook.Images, error) {
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
	return lookup.New(settings, lookup.Around{Secrets: secrets, Deny: networks, Metrics: counters})
}
