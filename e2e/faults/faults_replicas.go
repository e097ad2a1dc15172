//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"syscall"
	"time"

	"github.com/softstop/softstop/e2e/demo/stage"
)

// deployment is the webhook's, as kubectl calls it.
const deployment = "deployment/" + stage.Release + "-webhook"

func nothing(ctx context.Context, _ *scene) (string, error) {
	<-ctx.Done()
	return "", nil
}

// killReplicas kills the replica that runs longest, and again as soon as its successor is ready:
// the API server's connection always leads to the next victim.
func killReplicas(ctx context.Context, s *scene) (string, error) {
	kills := 0
	for s.AwaitReady(ctx, replicas) == nil { // until its time is over
		pods, err := s.Ready(ctx)
		if err != nil || len(pods) == 0 {
			continue
		}
		// Seen to its end: a replica that is half killed would be found so by the recovery.
		if err := s.Kill(context.WithoutCancel(ctx), pods[0]); err != nil {
			return "", err
		}
		kills++
	}
	return fmt.Sprintf("%d killed", kills), nil
}

// rollOver restarts the Deployment again and again.
func rollOver(ctx context.Context, s *scene) (string, error) {
	rolls := 0
	for ctx.Err() == nil {
		if err := s.roll(context.WithoutCancel(ctx)); err != nil {
			return "", err
		}
		rolls++
	}
	return fmt.Sprintf("%d restarts", rolls), nil
}

// roll replaces all replicas and returns when that is done.
func (s *scene) roll(ctx context.Context) error {
	if err := s.startRoll(ctx); err != nil {
		return err
	}
	return s.awaitRoll(ctx)
}

func (s *scene) startRoll(ctx context.Context) error {
	_, err := s.Node.Kubectl(ctx, "--namespace", stage.Namespace, "rollout", "restart", deployment)
	return err
}

func (s *scene) awaitRoll(ctx context.Context) error {
	_, err := s.Node.Kubectl(ctx, "--namespace", stage.Namespace, "rollout", "status", deployment, "--timeout=2m")
	return err
}

// hangOne stops the replica that the API server is connected to. Nobody lets it go on: the kubelet
// has to notice.
func hangOne(ctx context.Context, s *scene) (string, error) {
	pod, err := s.Busiest(ctx, settle)
	if err != nil {
		return "", err
	}
	if err := s.Signal(pod, syscall.SIGSTOP); err != nil {
		return "", err
	}
	<-ctx.Done()
	return "1 hung", nil
}

// hangAll stops all replicas and lets them go on at the end, those that the kubelet has not
// replaced.
func hangAll(ctx context.Context, s *scene) (string, error) {
	pods, err := s.Ready(ctx)
	if err != nil {
		return "", err
	}
	for _, pod := range pods {
		if err := s.Signal(pod, syscall.SIGSTOP); err != nil {
			return "", err
		}
	}
	<-ctx.Done()
	for _, pod := range pods {
		_ = s.Signal(pod, syscall.SIGCONT) // one that is gone cannot go on
	}
	return fmt.Sprintf("%d hung", len(pods)), nil
}

// takeAway leaves no replica.
func takeAway(ctx context.Context, s *scene) (string, error) {
	if err := s.scale(ctx, 0); err != nil {
		return "", err
	}
	<-ctx.Done()
	return "", s.scale(context.WithoutCancel(ctx), replicas)
}

func (s *scene) scale(ctx context.Context, replicas int) error {
	_, err := s.Node.Kubectl(ctx, "--namespace", stage.Namespace, "scale", deployment, "--replicas="+strconv.Itoa(replicas))
	return err
}

// restartAPIServer ends the API server, politely and not, each time for it to be ready again for a
// while.
func restartAPIServer(ctx context.Context, s *scene) (string, error) {
	restarts := 0
	for ctx.Err() == nil {
		signal := syscall.SIGTERM
		if restarts%2 == 1 {
			signal = syscall.SIGKILL
		}
		if err := s.Node.EndComponent(context.WithoutCancel(ctx), "kube-apiserver", signal); err != nil {
			return "", err
		}
		restarts++
		err := s.await(context.WithoutCancel(ctx), time.Minute, func(ctx context.Context) error {
			return s.Client.CoreV1().RESTClient().Get().AbsPath("/readyz").Do(ctx).Error()
		})
		if err != nil {
			return "", errors.Join(errors.New("the API server does not come back"), err)
		}
		pause(ctx, 5*settle)
	}
	return fmt.Sprintf("%d restarts", restarts), nil
}
