//go:build linux

package stage

import (
	"context"
	"fmt"
	"net"
	"net/http"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/e2e/scrape"
)

// Calls returns how often the API server has called the webhook, by the webhook's own counters,
// over all of its pods.
func (s *Stage) Calls(ctx context.Context) (int, error) {
	pods, err := s.Client.CoreV1().Pods(Namespace).List(ctx, metav1.ListOptions{
		LabelSelector: "app.kubernetes.io/component=webhook", FieldSelector: "status.phase=Running",
	})
	if err != nil {
		return 0, fmt.Errorf("list the webhook's pods: %w", err)
	}
	client := &http.Client{Transport: &http.Transport{DialContext: s.Node.Dial, DisableKeepAlives: true}}
	total := 0.0
	for _, pod := range pods.Items {
		metrics, err := scrape.Get(ctx, client, "http://"+net.JoinHostPort(pod.Status.PodIP, "8080")+"/metrics")
		if err != nil {
			return 0, fmt.Errorf("read the metrics of %s: %w", pod.Name, err)
		}
		total += metrics.Sum(scrape.Requests)
	}
	return int(total), nil
}
