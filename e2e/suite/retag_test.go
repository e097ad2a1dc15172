//go:build e2e && linux

package suite

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/e2e/demo/images"
)

// retagged is hard pod 12: a tag is pushed again with another entrypoint, and no pod that is
// created once the tag's time has passed gets the old one.
func (s *suite) retagged(t *testing.T) {
	s.serveRegistry(t)
	app, err := images.MakeApp(t.Context(), os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	ns := s.namespace(t, "retagged", map[string]string{"softstop.dev/inject": "enabled"})
	pod := func(name string) *corev1.Pod {
		pod := asked(ns, name, s.Node.Registry()+"/moving:1")
		pod.Spec.Containers[0].ImagePullPolicy = corev1.PullAlways
		return pod
	}
	runs := func(who string, dryRun bool) {
		t.Helper()
		got := s.create(t, pod(who), dryRun).pod
		if command := strings.Join(got.Spec.Containers[0].Command, " "); !strings.Contains(command, "--name="+who) {
			t.Fatalf("the pod runs %q, want %s", command, who)
		}
	}
	s.push(t, "moving:1", app, &v1.Config{Entrypoint: []string{"/app", "--name=first"}})
	// Several, so that every replica has it in its memory.
	for range 8 {
		runs("first", true)
	}
	s.push(t, "moving:1", app, &v1.Config{Entrypoint: []string{"/app", "--name=second"}})
	// What is promised is a time, so time must pass.
	<-time.After(config.DefaultTagTTL) //nolint:forbidigo // at least so long: no machine is too slow for that
	for range 8 {
		runs("second", true)
	}
	runs("second", false)
	s.awaitRunning(t, ns, "second")
	eventually(t, s.logSays(ns, "second", "second: ready"))
}

// logSays fails until the log of a pod says text.
func (s *suite) logSays(namespace, pod, text string) func(context.Context) error {
	return func(ctx context.Context) error {
		log, err := s.Client.CoreV1().Pods(namespace).GetLogs(pod, &corev1.PodLogOptions{}).DoRaw(ctx)
		if err == nil && !strings.Contains(string(log), text) {
			err = fmt.Errorf("the log of %s has no %q:\n%s", pod, text, log)
		}
		return err
	}
}
