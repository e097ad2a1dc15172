//go:build e2e && linux

package suite

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/e2e/demo/images"
	"github.com/softstop/softstop/e2e/node/parts"
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
	tool, err := parts.Own(t.Context(), "cmd/softstop")
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, func(context.Context) error {
		said, err := s.scan(tool, namespace)
		if err == nil && (said["wrapped"] != "injected: " || !strings.HasPrefix(said[missed], "missed: app is not wrapped (no-plugin): ")) {
			err = fmt.Errorf("scan says %q", said)
		}
		return err
	})
	// It would keep the plugin's program from going.
	if err := s.Client.CoreV1().Pods(namespace).Delete(t.Context(), pod.Name, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
}

// scan is what softstop scan says of the workloads of a namespace, by name.
func (s *suite) scan(tool, namespace string) (map[string]string, error) {
	cmd := s.Node.Command(tool, "scan", "--kubeconfig", s.Node.Kubeconfig(), "--namespace", namespace, "--output", "json")
	out, err := cmd.Output()
	var found *exec.ExitError
	if err != nil && (!errors.As(err, &found) || found.ExitCode() != 1) { // 1: something was missed
		return nil, fmt.Errorf("run softstop scan: %w", err)
	}
	var answer struct {
		Workloads []struct{ Name, State, Why string }
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		return nil, fmt.Errorf("read what softstop scan says: %w: %s", err, out)
	}
	said := map[string]string{}
	for _, w := range answer.Workloads {
		said[w.Name] = w.State + ": " + w.Why
	}
	return said, nil
}
