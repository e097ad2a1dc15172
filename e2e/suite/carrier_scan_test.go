//go:build e2e && linux

package suite

import (
	"context"
	"fmt"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/metadata"

	"github.com/softstop/softstop/cmd/softstop/survey"
	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/e2e/demo/images"
	"github.com/softstop/softstop/webhook/inject"
)

// planned creates a pod as the webhook would have planned it for a node, before any node has a plugin.
func (s *suite) planned(t *testing.T, namespace, name string) {
	t.Helper()
	pod := asked(namespace, name, images.App, "/app")
	status := inject.Status{Carrier: config.CarrierNode, Containers: []inject.ContainerStatus{{Name: "app", Action: inject.Wrapped}}}
	pod.Annotations = map[string]string{config.StatusKey: status.String()}
	pod.Labels = map[string]string{config.InjectedKey: "true"}
	s.create(t, pod, false)
	s.awaitRunning(t, namespace, name)
}

// nodeScan has scan find a pod that went without the init, and say of one beside it that it did not.
func (s *suite) nodeScan(t *testing.T, namespace, missed string) {
	pod := asked(namespace, "wrapped", images.App, "/app")
	pod.Annotations = map[string]string{config.InjectKey: "true"}
	s.create(t, pod, false)
	s.awaitRunning(t, namespace, "wrapped")
	reach, err := s.Config()
	if err != nil {
		t.Fatal(err)
	}
	cluster := survey.Cluster{Typed: s.Client}
	if cluster.Metadata, err = metadata.NewForConfig(reach); err != nil {
		t.Fatal(err)
	}
	eventually(t, func(ctx context.Context) error {
		install, err := survey.FindInstall(ctx, cluster.Typed)
		if err != nil {
			return err
		}
		workloads, err := survey.Read(ctx, cluster, survey.Scope{Namespace: namespace}, install, func(string, int) {})
		if err != nil {
			return err
		}
		said := map[string]string{}
		for _, w := range workloads {
			said[w.Name] = string(w.State) + ": " + w.Why
		}
		if said["wrapped"] != "injected: " || !strings.HasPrefix(said[missed], "missed: app is not wrapped (no-plugin): ") {
			return fmt.Errorf("scan says %q", said)
		}
		return nil
	})
	// It would keep the plugin's program from going.
	if err := s.Client.CoreV1().Pods(namespace).Delete(t.Context(), pod.Name, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
}
