//go:build linux

package ground

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/e2e/demo/stage"
	"github.com/softstop/softstop/e2e/scrape"
)

// Webhook is softstop's one webhook pod.
func (g *Ground) Webhook(ctx context.Context) (*corev1.Pod, error) {
	return g.OnlyPod(ctx, stage.Namespace, "app.kubernetes.io/component=webhook")
}

// Plugin is the pod of the nodes' plugin.
func (g *Ground) Plugin(ctx context.Context) (*corev1.Pod, error) {
	return g.OnlyPod(ctx, stage.Namespace, "app.kubernetes.io/component=node")
}

// OnlyPod is the one running pod that a selector of labels finds.
func (g *Ground) OnlyPod(ctx context.Context, namespace, selector string) (*corev1.Pod, error) {
	pods, err := g.Client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: selector, FieldSelector: "status.phase=Running"})
	if err != nil {
		return nil, fmt.Errorf("find the pod %s in %s: %w", selector, namespace, err)
	}
	if len(pods.Items) != 1 {
		return nil, fmt.Errorf("%d pods %s run in %s, want one", len(pods.Items), selector, namespace)
	}
	return &pods.Items[0], nil
}

// Metrics reads a pod's metrics, on its port of that name or on 8080.
func (g *Ground) Metrics(ctx context.Context, pod *corev1.Pod) (scrape.Metrics, error) {
	port := "8080"
	for _, p := range pod.Spec.Containers[0].Ports {
		if p.Name == "metrics" {
			port = strconv.Itoa(int(p.ContainerPort))
		}
	}
	client := &http.Client{Transport: &http.Transport{DialContext: g.Node.Dial, DisableKeepAlives: true}}
	metrics, err := scrape.Get(ctx, client, "http://"+net.JoinHostPort(pod.Status.PodIP, port)+"/metrics")
	if err != nil {
		return nil, fmt.Errorf("read the metrics of %s: %w", pod.Name, err)
	}
	return metrics, nil
}

// APIServerMetrics reads the API server's in the same way.
func (g *Ground) APIServerMetrics(ctx context.Context) (scrape.Metrics, error) {
	body, err := g.Client.CoreV1().RESTClient().Get().AbsPath("/metrics").Stream(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the API server's metrics: %w", err)
	}
	defer body.Close()
	return scrape.Read(body)
}
