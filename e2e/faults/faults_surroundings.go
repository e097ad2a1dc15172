//go:build linux

package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

func stopRegistry(ctx context.Context, s *scene) (string, error) {
	if err := s.registry.stop(); err != nil {
		return "", err
	}
	<-ctx.Done()
	return "", s.registry.start(context.WithoutCancel(ctx))
}

// moody makes the registry answer like this.
func moody(mood http.HandlerFunc) func(context.Context, *scene) (string, error) {
	return func(ctx context.Context, s *scene) (string, error) {
		before := s.registry.asked.Load()
		s.registry.mood.Store(&mood)
		<-ctx.Done()
		s.registry.mood.Store(nil)
		return fmt.Sprintf("%d requests", s.registry.asked.Load()-before), nil
	}
}

func beHostile(ctx context.Context, s *scene) (string, error) {
	return moody(hostile(s.Node.Address()+":6443"))(ctx, s)
}

// fillDisk leaves no byte free where pods have their emptyDir volumes, and takes what becomes free
// in the meantime.
func fillDisk(ctx context.Context, s *scene) (string, error) {
	folder := s.Node.Path("/var/lib/kubelet")
	ballast, err := os.CreateTemp(folder, "ballast-")
	if err != nil {
		return "", fmt.Errorf("fill the disk: %w", err)
	}
	defer ballast.Close()
	defer func() { _ = os.Remove(ballast.Name()) }()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	var filled int64
	for {
		var fs unix.Statfs_t
		if err := unix.Statfs(folder, &fs); err != nil {
			return "", fmt.Errorf("ask how full the disk is: %w", err)
		}
		if free := int64(fs.Bavail) * fs.Bsize; free > 0 {
			// Somebody else may have taken it in between: the next look will tell.
			if err := unix.Fallocate(int(ballast.Fd()), 0, filled, free); err == nil {
				filled += free
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Sprintf("%d MiB", filled>>20), nil
		case <-tick.C:
		}
	}
}
