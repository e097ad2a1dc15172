package main

import (
	"context"
	"fmt"
	"os"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/softstop/softstop/webhook/events"
	"github.com/softstop/softstop/webhook/stops"
)

// addEvents gives mgr what writes events and what watches stops. The recorder is nil if
// no events are wanted.
func addEvents(ctx context.Context, mgr manager.Manager, direct client.Client, o options) (*events.Recorder, error) {
	var recorder *events.Recorder
	var record func(events.Event)
	if o.events {
		instance, err := os.Hostname()
		if err != nil {
			return nil, fmt.Errorf("find this replica's name: %w", err)
		}
		recorder = events.NewRecorder(direct, instance, mgr.GetLogger().WithName("events"))
		record = recorder.Record
		if err := mgr.Add(recorder); err != nil {
			return nil, fmt.Errorf("add event recorder: %w", err)
		}
	}
	if !o.stopReports {
		return recorder, nil
	}
	watcher := stops.NewWatcher(record)
	if err := metrics.Registry.Register(watcher); err != nil {
		return nil, fmt.Errorf("register metrics: %w", err)
	}
	return recorder, watcher.Watch(ctx, mgr.GetCache())
}
