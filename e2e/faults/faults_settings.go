//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/e2e/demo/stage"
)

// What the chart makes in its namespace.
const (
	certificates  = stage.Release + "-webhook-tls"
	configuration = stage.Release + "-webhook"
)

// rotate gives the webhook a rotation of 20 seconds, as an operator would, counts the authorities,
// and takes it back.
func rotate(ctx context.Context, s *scene) (string, error) {
	if err := s.install(context.WithoutCancel(ctx), "--set", "certificates.own.rotation=20s"); err != nil {
		return "", err
	}
	authorities := map[string]bool{}
	for ctx.Err() == nil {
		secret, err := s.Client.CoreV1().Secrets(stage.Namespace).Get(ctx, certificates, metav1.GetOptions{})
		if err == nil {
			authorities[newest(secret.Data["ca.crt"])] = true
		}
		pause(ctx, time.Second)
	}
	if len(authorities) < 2 {
		return "", errors.New("the authority was never replaced")
	}
	return fmt.Sprintf("%d rotations", len(authorities)-1), s.install(context.WithoutCancel(ctx))
}

// newest is the last certificate of a bundle.
func newest(bundle []byte) string {
	return string(bundle[max(0, bytes.LastIndex(bundle, []byte("-----BEGIN"))):])
}

// deleteSecret deletes the certificates, then rolls: what is new has to do without them. What
// nobody has made again by the end is made by the operator, empty, as the chart would.
func deleteSecret(ctx context.Context, s *scene) (string, error) {
	secrets := s.Client.CoreV1().Secrets(stage.Namespace)
	old, err := secrets.Get(ctx, certificates, metav1.GetOptions{})
	if err != nil {
		return "", fmt.Errorf("read the certificates: %w", err)
	}
	if err := secrets.Delete(ctx, certificates, metav1.DeleteOptions{}); err != nil {
		return "", fmt.Errorf("delete the certificates: %w", err)
	}
	if err := s.startRoll(ctx); err != nil {
		return "", err
	}
	<-ctx.Done()
	ctx = context.WithoutCancel(ctx)
	_, err = secrets.Get(ctx, certificates, metav1.GetOptions{})
	if err == nil {
		return "made again by the webhook", nil
	}
	if !apierrors.IsNotFound(err) {
		return "", fmt.Errorf("read the certificates: %w", err)
	}
	old.ObjectMeta = metav1.ObjectMeta{Name: old.Name, Namespace: old.Namespace, Labels: old.Labels, Annotations: old.Annotations}
	old.Data = nil
	if _, err := secrets.Create(ctx, old, metav1.CreateOptions{}); err != nil {
		return "", fmt.Errorf("make the certificates' Secret again: %w", err)
	}
	return "made again by the operator", nil
}

// breakConfig makes the configuration nonsense, then rolls: who starts with it must not become
// ready, and the others stay. The operator repairs it and rolls again.
func breakConfig(ctx context.Context, s *scene) (string, error) {
	maps := s.Client.CoreV1().ConfigMaps(stage.Namespace)
	set := func(ctx context.Context, text string) (string, error) {
		c, err := maps.Get(ctx, configuration, metav1.GetOptions{})
		if err != nil {
			return "", fmt.Errorf("read the configuration: %w", err)
		}
		old := c.Data["config.yaml"]
		c.Data["config.yaml"] = text
		if _, err := maps.Update(ctx, c, metav1.UpdateOptions{}); err != nil {
			return "", fmt.Errorf("write the configuration: %w", err)
		}
		return old, nil
	}
	before, err := s.Ready(ctx)
	if err != nil {
		return "", err
	}
	good, err := set(ctx, "mode: [nonsense")
	if err != nil {
		return "", err
	}
	if err := s.startRoll(ctx); err != nil {
		return "", err
	}
	<-ctx.Done()
	ctx = context.WithoutCancel(ctx)
	after, err := s.Ready(ctx)
	if err != nil {
		return "", err
	}
	if names(after) != names(before) {
		return "", fmt.Errorf("the configuration is invalid and %s are ready, want %s as before", names(after), names(before))
	}
	if _, err := set(ctx, good); err != nil {
		return "", err
	}
	return "the old replicas stay", s.roll(ctx)
}

// names are those of pods, in one line.
func names(pods []corev1.Pod) string {
	var all []string
	for _, pod := range pods {
		all = append(all, pod.Name)
	}
	return strings.Join(all, " and ")
}
