//go:build linux

package rollout

import (
	"context"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/softstop/softstop/e2e/bench/ground"
	"github.com/softstop/softstop/e2e/pace"
)

const (
	glance   = 200 * time.Millisecond
	patience = 3 * time.Minute
)

// restart restarts a cell's deployment times over, each time as kubectl rollout restart does and
// when the one before is complete. After deadline it begins no other. It returns how many there
// were.
func restart(ctx context.Context, g *ground.Ground, c cell, times int, deadline time.Time) (int, error) {
	for i := range times {
		if time.Now().After(deadline) {
			return i, nil
		}
		patch := fmt.Appendf(nil, `{"spec":{"template":{"metadata":{"annotations":{"bench/restarted":"%d"}}}}}`, i)
		_, err := g.Client.AppsV1().Deployments(c.namespace()).Patch(ctx, c.server.name, types.StrategicMergePatchType, patch, metav1.PatchOptions{})
		if err != nil {
			return i, fmt.Errorf("restart %s: %w", c.name(), err)
		}
		if err := complete(ctx, g, c); err != nil {
			return i, fmt.Errorf("restart %d of %s: %w", i+1, c.name(), err)
		}
	}
	return times, nil
}

// complete returns when all of a deployment's pods are new and available.
func complete(ctx context.Context, g *ground.Ground, c cell) error {
	var d *appsv1.Deployment
	err := wait.PollUntilContextTimeout(ctx, glance, pace.Stretch(patience), true, func(ctx context.Context) (bool, error) {
		var err error
		d, err = g.Client.AppsV1().Deployments(c.namespace()).Get(ctx, c.server.name, metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		s := d.Status
		return s.ObservedGeneration >= d.Generation && s.UpdatedReplicas == replicas && s.Replicas == replicas && s.AvailableReplicas == replicas, nil
	})
	if err != nil && d != nil {
		return fmt.Errorf("wait for its end: %w; status %+v", err, d.Status)
	}
	return err
}

// quiet returns when no old pod of a cell is left.
func quiet(ctx context.Context, g *ground.Ground, c cell) error {
	left := 0
	err := wait.PollUntilContextTimeout(ctx, glance, pace.Stretch(patience), true, func(ctx context.Context) (bool, error) {
		pods, err := g.Client.CoreV1().Pods(c.namespace()).List(ctx, metav1.ListOptions{LabelSelector: "app=" + c.server.name})
		if err != nil {
			return false, err
		}
		left = len(pods.Items)
		return left == replicas, nil
	})
	if err != nil {
		return fmt.Errorf("wait for the last old pod of %s (%d pods are there): %w", c.name(), left, err)
	}
	return nil
}
