//go:build linux

package replica

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/e2e/demo/stage"
)

// Set is the webhook's replicas on one stage.
type Set struct {
	*stage.Stage
}

// List returns the replicas' pods that have not been told to go, the oldest first.
func (s Set) List(ctx context.Context) ([]corev1.Pod, error) {
	list, err := s.Client.CoreV1().Pods(stage.Namespace).List(ctx, metav1.ListOptions{
		LabelSelector: "app.kubernetes.io/component=webhook",
	})
	if err != nil {
		return nil, fmt.Errorf("list the webhook's pods: %w", err)
	}
	pods := slices.DeleteFunc(list.Items, func(p corev1.Pod) bool { return p.DeletionTimestamp != nil })
	slices.SortFunc(pods, func(a, b corev1.Pod) int {
		return a.CreationTimestamp.Compare(b.CreationTimestamp.Time)
	})
	return pods, nil
}

// Ready returns the replicas that the API server may call, the oldest first.
func (s Set) Ready(ctx context.Context) ([]corev1.Pod, error) {
	pods, err := s.List(ctx)
	return slices.DeleteFunc(pods, func(p corev1.Pod) bool { return !isReady(p) }), err
}

func isReady(pod corev1.Pod) bool {
	return slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
}

// AwaitReady returns when exactly so many replicas are there and ready.
func (s Set) AwaitReady(ctx context.Context, replicas int) error {
	return await(ctx, func() error {
		all, err := s.List(ctx)
		if err != nil {
			return err
		}
		ready, err := s.Ready(ctx)
		if err != nil {
			return err
		}
		if len(all) != replicas || len(ready) != replicas {
			return fmt.Errorf("%d replicas, %d ready, want %d", len(all), len(ready), replicas)
		}
		return nil
	})
}

// Signal sends a signal to the webhook's process in a replica, behind the kubelet's back.
func (s Set) Signal(pod corev1.Pod, signal syscall.Signal) error {
	if len(pod.Status.ContainerStatuses) == 0 {
		return fmt.Errorf("signal the replica %s: it has no container yet", pod.Name)
	}
	return s.Node.SignalContainer(pod.Status.ContainerStatuses[0].ContainerID, signal)
}

// Kill kills a replica's process and, once the kubelet has noticed, takes its pod away: its
// successor does not have to wait out the pauses that the kubelet puts between the restarts of one
// pod.
func (s Set) Kill(ctx context.Context, pod corev1.Pod) error {
	if err := s.Signal(pod, syscall.SIGKILL); err != nil {
		return err
	}
	pods := s.Client.CoreV1().Pods(stage.Namespace)
	err := await(ctx, func() error {
		now, err := pods.Get(ctx, pod.Name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		if len(now.Status.ContainerStatuses) == 0 ||
			now.Status.ContainerStatuses[0].RestartCount == pod.Status.ContainerStatuses[0].RestartCount &&
				now.Status.ContainerStatuses[0].State.Terminated == nil {
			return errors.New("the kubelet has not noticed")
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("wait for the end of the replica %s: %w", pod.Name, err)
	}
	if err := pods.Delete(ctx, pod.Name, metav1.DeleteOptions{}); err != nil {
		return fmt.Errorf("delete the replica %s: %w", pod.Name, err)
	}
	return nil
}

// await repeats do until it succeeds, or returns its last error when ctx ends.
func await(ctx context.Context, do func() error) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := do()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		case <-tick.C:
		}
	}
}
