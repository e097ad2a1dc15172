//go:build linux

package ground

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/e2e/demo/stage"
)

// Webhook is softstop's one webhook pod.
func (g *Ground) Webhook(ctx context.Context) (*corev1.Pod, error) {
	pods, err := g.Client.CoreV1().Pods(stage.Namespace).List(ctx, metav1.ListOptions{
		LabelSelector: "app.kubernetes.io/component=webhook", FieldSelector: "status.phase=Running",
	})
	if err != nil {
		return nil, fmt.Errorf("find the webhook's pod: %w", err)
	}
	if len(pods.Items) != 1 {
		return nil, fmt.Errorf("%d webhook pods run, want one", len(pods.Items))
	}
	return &pods.Items[0], nil
}

// Metrics reads a pod's metrics on port 8080 and sums each name's over its labels; histograms' buckets are left out.
func (g *Ground) Metrics(ctx context.Context, pod *corev1.Pod) (map[string]float64, error) {
	url := "http://" + net.JoinHostPort(pod.Status.PodIP, "8080") + "/metrics"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: &http.Transport{DialContext: g.Node.Dial, DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("read the metrics of %s: %w", pod.Name, err)
	}
	defer resp.Body.Close()
	sums := map[string]float64{}
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		series, value, found := strings.Cut(lines.Text(), " ")
		name, _, _ := strings.Cut(series, "{")
		n, err := strconv.ParseFloat(value, 64)
		if !found || err != nil || strings.HasPrefix(series, "#") || strings.HasSuffix(name, "_bucket") {
			continue
		}
		sums[name] += n
	}
	return sums, lines.Err()
}
