//go:build e2e && linux

package suite

import (
	"context"
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/e2e/demo/stage"
	"github.com/softstop/softstop/e2e/demo/trial"
)

// webhookDown takes all replicas away: pods must still start, without softstop, and our own as
// well.
func (s *suite) webhookDown(t *testing.T) {
	s.scale(t, 0)
	ns := s.namespace(t, "webhook-down", map[string]string{"softstop.dev/inject": "enabled"})
	if o := s.stop(t, ns, workload(t, "go-exec")); o.Softstop {
		t.Error("injected although the webhook is down")
	}
	s.scale(t, 2)
	if err := s.AwaitInjection(t.Context()); err != nil {
		t.Error(err)
	}
}

// scale sets the number of webhook pods and waits until just these are there.
func (s *suite) scale(t *testing.T, replicas int) {
	t.Helper()
	name := "deployment/" + stage.Release + "-webhook"
	if _, err := s.Node.Kubectl(t.Context(), "--namespace", stage.Namespace, "scale", name, fmt.Sprintf("--replicas=%d", replicas)); err != nil {
		t.Fatal(err)
	}
	eventually(t, func(ctx context.Context) error {
		pods, err := s.Client.CoreV1().Pods(stage.Namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		ready := 0
		for _, pod := range pods.Items {
			for _, c := range pod.Status.Conditions {
				if c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue {
					ready++
				}
			}
		}
		if len(pods.Items) != replicas || ready != replicas {
			return fmt.Errorf("%d webhook pods, %d ready, want %d", len(pods.Items), ready, replicas)
		}
		return nil
	})
}

// uninstall leaves nothing in the cluster, and a pod injected before still stops well after it.
func (s *suite) uninstall(t *testing.T) {
	ns := s.namespace(t, "uninstalled", map[string]string{"softstop.dev/inject": "enabled"})
	running, err := trial.Start(t.Context(), s.Client, ns, workload(t, "go-script"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Node.Helm(t.Context(), "uninstall", stage.Release, "--namespace", stage.Namespace, "--wait"); err != nil {
		t.Fatal(err)
	}
	eventually(t, s.nothingLeft)
	o, err := running.Stop(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	judge(t, o, alone)
	pod, err := s.Client.CoreV1().Pods(ns).Create(t.Context(), workload(t, "go-exec").Pod(), metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if injected(pod) {
		t.Error("a pod was injected after the end of softstop")
	}
}

// nothingLeft fails with the names of what is still there.
func (s *suite) nothingLeft(ctx context.Context) error {
	kinds, err := s.Node.Kubectl(ctx, "api-resources", "--namespaced", "--verbs=list", "--output=name")
	if err != nil {
		return err
	}
	inside, err := s.Node.Kubectl(ctx, "--namespace", stage.Namespace, "get", "--output=name",
		strings.Join(strings.Fields(kinds), ","))
	if err != nil {
		return err
	}
	cluster, err := s.Node.Kubectl(ctx, "get", "--output=name",
		"mutatingwebhookconfigurations,validatingwebhookconfigurations,clusterroles,clusterrolebindings,customresourcedefinitions,priorityclasses")
	if err != nil {
		return err
	}
	var left []string
	for _, name := range strings.Fields(inside) {
		// Events and what every namespace has.
		if !strings.HasPrefix(name, "event") && name != "serviceaccount/default" && name != "configmap/kube-root-ca.crt" {
			left = append(left, name)
		}
	}
	for _, name := range strings.Fields(cluster) {
		if strings.Contains(name, "softstop") {
			left = append(left, name)
		}
	}
	if len(left) > 0 {
		return fmt.Errorf("uninstall left %s", strings.Join(left, ", "))
	}
	return nil
}
