//go:build linux

package stage

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/e2e/demo/images"
	"github.com/softstop/softstop/e2e/pace"
)

// Injected is the label that softstop puts on a pod that it has changed.
const Injected = "softstop.dev/injected"

// AwaitInjection returns when a pod with an opt-in annotation is injected in a dry run: the API
// server learns of a new webhook and of its certificate a moment after Helm does.
func (s *Stage) AwaitInjection(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pace.Stretch(time.Minute))
	defer cancel()
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "probe", Annotations: map[string]string{"softstop.dev/inject": "true"}},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Name: "probe", Image: images.App, ImagePullPolicy: corev1.PullNever, Command: []string{"/app"},
		}}},
	}
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		got, err := s.Client.CoreV1().Pods("default").Create(ctx, pod, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		if err == nil {
			if _, ok := got.Labels[Injected]; ok {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("no pod is injected so long after the installation: %w (last answer: %w)", ctx.Err(), err)
		case <-tick.C:
		}
	}
}
