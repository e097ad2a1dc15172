package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"k8s.io/client-go/discovery"
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

// addHandler gives mgr what answers reviews, by the configuration in file. recorder may
// be nil.
func addHandler(ctx, stop context.Context, mgr manager.Manager, direct client.Client, file string, recorder *events.Recorder) error {
	found, err := discovery.NewDiscoveryClientForConfig(mgr.GetConfig())
	if err != nil {
		return fmt.Errorf("make discovery client: %w", err)
	}
	apiServer, err := found.ServerVersion()
	if err != nil {
		return fmt.Errorf("ask the API server for its version: %w", err)
	}
	around := &cluster.Cluster{Cached: mgr.GetCache(), Direct: direct, ServerVersion: apiServer.GitVersion}
	pods, lookups, configs := webhook.NewMetrics(), lookup.NewMetrics(), reload.NewMetrics()
	for _, collector := range slices.Concat(pods.Collectors(), lookups.Collectors(), configs.Collectors()) {
		if err := metrics.Registry.Register(collector); err != nil {
			return fmt.Errorf("register metrics: %w", err)
		}
	}
	images := func(settings config.Registry) (webhook.Images, error) {
		return findImages(ctx, settings, around, lookups)
	}
	store, err := reload.Open(file, images, configs, mgr.GetLogger().WithName("config"))
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
