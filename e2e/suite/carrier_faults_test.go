//go:build e2e && linux

package suite

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/e2e/await"
	"github.com/softstop/softstop/e2e/demo/images"
	"github.com/softstop/softstop/e2e/demo/stage"
	"github.com/softstop/softstop/e2e/demo/trial"
	"github.com/softstop/softstop/e2e/faults/nodeplugin"
)

// nodeFaults lets every misfortune strike the nodes' plugin while pods start. Every pod starts, with the
// init or without it, and runs its own command.
func (s *suite) nodeFaults(t *testing.T) {
	ns := s.namespace(t, "node-faults", nil)
	plugin := nodeplugin.Set{Stage: s.Stage}
	const each = 3
	for nth, m := range nodeplugin.Misfortunes() {
		var begun []nodeplugin.Begun
		wave := func(when string) {
			for i := range each {
				b, err := plugin.Begin(t.Context(), ns, fmt.Sprintf("%d-%s-%d", nth, when, i), false)
				if err != nil {
					t.Fatal(err)
				}
				begun = append(begun, b)
			}
		}
		wave("before")
		eventually(t, func(ctx context.Context) error { return m.Strike(ctx, plugin) })
		wave("after")
		count := map[nodeplugin.How]int{}
		for _, b := range begun {
			o := plugin.Await(await.Context(t), b)
			if count[o.How]++; o.How == nodeplugin.Failed || o.How == nodeplugin.Wrong {
				t.Errorf("%s: %s: %s", m.Name, o.How, o.Detail)
			}
		}
		t.Logf("%-22s %v", m.Name, count)
		if m.Heal != nil {
			eventually(t, func(ctx context.Context) error { return m.Heal(ctx, plugin) })
		}
		eventually(t, func(ctx context.Context) error { return s.DecidesFor(ctx, config.CarrierNode) })
	}
}

// strangerSpec makes a pod that nobody opted in and returns what the container runtime made of it, without what
// differs from one pod to the next.
func (s *suite) strangerSpec(t *testing.T) string {
	t.Helper()
	pod := asked("default", "stranger", images.App, "/app")
	pod.Spec.AutomountServiceAccountToken = ptr.To(false)
	pod.Spec.TerminationGracePeriodSeconds = ptr.To(int64(1))
	made := s.create(t, pod, false).pod
	s.awaitRunning(t, made.Namespace, made.Name)
	spec := s.ociSpec(t, made.Namespace, made.Name)
	pods := s.Client.CoreV1().Pods(made.Namespace)
	if err := pods.Delete(t.Context(), made.Name, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	await.True(t, "the stranger is gone", func() bool {
		_, err := pods.Get(t.Context(), made.Name, metav1.GetOptions{})
		return err != nil
	})
	return spec
}

// ociSpec is what the runtime made of a pod's first container.
func (s *suite) ociSpec(t *testing.T, namespace, name string) string {
	t.Helper()
	pod, err := s.Client.CoreV1().Pods(namespace).Get(t.Context(), name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, id, _ := strings.Cut(pod.Status.ContainerStatuses[0].ContainerID, "://")
	text, err := os.ReadFile(s.Node.Path("/run/containerd/io.containerd.runtime.v2.task/k8s.io/" + id + "/config.json"))
	if err != nil {
		t.Fatal(err)
	}
	spec := strings.NewReplacer(id, "ID", string(pod.UID), "UID").Replace(string(text))
	// The kubelet lists the variables of Services in any order.
	env := regexp.MustCompile(`"(KUBERNETES_[A-Z_0-9]+=[^"]*)",?`)
	services := env.FindAllString(spec, -1)
	slices.Sort(services)
	spec = env.ReplaceAllString(spec, "") + strings.ReplaceAll(strings.Join(services, ""), ",", "")
	for _, differs := range []string{`[0-9a-f]{64}`, `/proc/\d+/`, `/containers/app/[0-9a-f]{8}`} {
		spec = regexp.MustCompile(differs).ReplaceAllString(spec, "*")
	}
	return spec
}

// nodeUninstalled takes the plugin away while a pod runs that it has wrapped: that stops well, and then
// nothing of the plugin is left on the node.
func (s *suite) nodeUninstalled(t *testing.T) {
	ns := s.namespace(t, "node-uninstalled", map[string]string{config.InjectKey: config.InjectEnabled})
	running, err := trial.Start(await.Context(t), s.Client, ns, workload(t, "go-script"))
	if err != nil {
		t.Fatal(err)
	}
	s.install(t)
	eventually(t, func(ctx context.Context) error {
		pods, err := s.Client.CoreV1().Pods(stage.Namespace).List(ctx, metav1.ListOptions{LabelSelector: "app.kubernetes.io/component=node"})
		if err == nil && len(pods.Items) > 0 {
			err = fmt.Errorf("%d pods of the plugin", len(pods.Items))
		}
		return err
	})
	o, err := running.Stop(await.Context(t))
	if err != nil {
		t.Fatal(err)
	}
	judge(t, o, alone)
	eventually(t, func(context.Context) error { return s.noCarrierLeft() })
}

// noCarrierLeft looks for the init where the kubelet keeps the volumes of pods, and for mounts of it.
func (s *suite) noCarrierLeft() error {
	files, err := filepath.Glob(s.Node.Path("/var/lib/kubelet/pods/*/volumes/kubernetes.io~empty-dir/carrier"))
	if err != nil || len(files) > 0 {
		return fmt.Errorf("left are %v (%w)", files, err)
	}
	mounts, err := filepath.Glob("/proc/[0-9]*/mountinfo")
	if err != nil {
		return err
	}
	for _, file := range mounts {
		text, _ := os.ReadFile(file) // the process may be gone
		if strings.Contains(string(text), "kubernetes.io~empty-dir/carrier/") {
			return fmt.Errorf("%s still has the init", file)
		}
	}
	return nil
}
