//go:build linux

package main

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/e2e/faults/flood"
	"github.com/softstop/softstop/e2e/scrape"
)

// The ports of a replica, as the chart has them.
const (
	reviewPort = "9443"
	probePort  = "8081"
)

// assault has a neighbour in the pods' network attack every replica until its time is over. That a
// replica comes to its limit of memory, or is restarted, is an error, and how much the one with the
// most had is in the table.
func assault(what, port string, attack func(context.Context, flood.Target) int64) func(context.Context, *scene) (string, error) {
	return func(ctx context.Context, s *scene) (string, error) {
		dial, err := s.Node.Neighbour(ctx)
		if err != nil {
			return "", err
		}
		pods, err := s.Ready(ctx)
		if err != nil {
			return "", err
		}
		var all sync.WaitGroup
		var times atomic.Int64
		for _, pod := range pods {
			target := flood.Target{Dial: dial, Address: net.JoinHostPort(pod.Status.PodIP, port)}
			all.Go(func() { times.Add(attack(ctx, target)) })
		}
		most := s.mostMemory(ctx, pods)
		all.Wait()
		limit := pods[0].Spec.Containers[0].Resources.Limits.Memory().Value()
		if most == 0 || most >= limit {
			return "", fmt.Errorf("%s: a replica had %d MiB of %d MiB", what, most>>20, limit>>20)
		}
		return fmt.Sprintf("%d %s, at most %d MiB of %d MiB", times.Load(), what, most>>20, limit>>20), s.unharmed(context.WithoutCancel(ctx), pods)
	}
}

// mostMemory looks until ctx ends, and returns the most that any of the replicas had in memory, in
// bytes.
func (s *scene) mostMemory(ctx context.Context, pods []corev1.Pod) (most int64) {
	for ctx.Err() == nil {
		for _, pod := range pods {
			if m, err := s.Metrics(ctx, pod); err == nil { // one that is too busy is asked again
				most = max(most, int64(m.Sum(scrape.Resident)))
			}
		}
		pause(ctx, 100*time.Millisecond)
	}
	return most
}

// unharmed is an error unless the replicas are the same, and were not restarted.
func (s *scene) unharmed(ctx context.Context, before []corev1.Pod) error {
	after, err := s.List(ctx)
	if err != nil {
		return err
	}
	if names(after) != names(before) {
		return fmt.Errorf("the replicas were %s and are %s", names(before), names(after))
	}
	for i := range after {
		if was, is := restarts(before[i]), restarts(after[i]); was != is {
			return fmt.Errorf("the replica %s was restarted %d times: %+v", after[i].Name, is-was, after[i].Status.ContainerStatuses)
		}
	}
	return nil
}

func restarts(pod corev1.Pod) (n int32) {
	for _, c := range pod.Status.ContainerStatuses {
		n += c.RestartCount
	}
	return n
}
