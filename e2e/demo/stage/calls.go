//go:build linux

package stage

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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
	total := 0
	for _, pod := range pods.Items {
		n, err := calls(ctx, client, "http://"+net.JoinHostPort(pod.Status.PodIP, "8080")+"/metrics")
		if err != nil {
			return 0, fmt.Errorf("read the metrics of %s: %w", pod.Name, err)
		}
		total += n
	}
	return total, nil
}

func calls(ctx context.Context, client *http.Client, url string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return sumCalls(resp.Body)
}

// sumCalls adds up controller-runtime's counter of webhook requests, whatever their results.
func sumCalls(metrics io.Reader) (int, error) {
	total := 0.0
	lines := bufio.NewScanner(metrics)
	for lines.Scan() {
		if !strings.HasPrefix(lines.Text(), "controller_runtime_webhook_requests_total{") {
			continue
		}
		fields := strings.Fields(lines.Text())
		n, err := strconv.ParseFloat(fields[len(fields)-1], 64)
		if err != nil {
			return 0, fmt.Errorf("read %q: %w", lines.Text(), err)
		}
		total += n
	}
	return int(total), lines.Err()
}
