//go:build linux

package stage

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/e2e/demo/images"
	"github.com/softstop/softstop/e2e/pace"
	"github.com/softstop/softstop/webhook/inject"
)

// NodeCarrier are the chart's arguments that bring the nodes' plugin.
func NodeCarrier() []string { return []string{"--set", "node.enabled=true"} }

// DecidesFor fails unless the webhook would give a pod that asks for carrier just that: it learns of the
// nodes' plugins a moment after they are ready.
func (s *Stage) DecidesFor(ctx context.Context, carrier config.Carrier) error {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "probe", Annotations: map[string]string{
			config.InjectKey: "true", config.Prefix + string(config.FieldCarrier): string(carrier),
		}},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "probe", Image: images.App, Command: []string{"/app"}}}},
	}
	got, err := s.Client.CoreV1().Pods("default").Create(ctx, pod, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
	if err != nil {
		return err
	}
	status, err := inject.ReadStatus(got.Annotations[config.StatusKey])
	if err == nil && status.Carrier != carrier {
		err = fmt.Errorf("a pod that asks for the carrier %s gets %q: %s", carrier, status.Carrier, got.Annotations[config.StatusKey])
	}
	return err
}

// AwaitCarrier returns when the webhook decides for carrier.
func (s *Stage) AwaitCarrier(ctx context.Context, carrier config.Carrier) error {
	ctx, cancel := context.WithTimeout(ctx, pace.Stretch(time.Minute))
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		err := s.DecidesFor(ctx, carrier)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the carrier %s: %w", carrier, err)
		case <-tick.C:
		}
	}
}
