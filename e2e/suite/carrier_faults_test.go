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
	"syscall"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/e2e/await"
	"github.com/softstop/softstop/e2e/demo/images"
	"github.com/softstop/softstop/e2e/demo/stage"
	"github.com/softstop/softstop/e2e/demo/trial"
	"github.com/softstop/softstop/webhook/inject"
)

// misfortune strikes the nodes' plugin.
type misfortune struct {
	name   string
	strike func(t *testing.T)
}

func (s *suite) misfortunes() []misfortune {
	worker := func(signal syscall.Signal) func(*testing.T) {
		return func(t *testing.T) {
			eventually(t, func(ctx context.Context) error { return s.signalWorker(ctx, signal) })
		}
	}
	return []misfortune{
		{"killed", worker(syscall.SIGKILL)},
		{"killed again", worker(syscall.SIGKILL)},
		{"hung", worker(syscall.SIGSTOP)},
		{"killed with its guard", func(t *testing.T) {
			eventually(t, func(ctx context.Context) error {
				pod, err := s.plugin(ctx)
				if err != nil {
					return err
				}
				return s.Node.SignalContainer(pod.Status.ContainerStatuses[0].ContainerID, syscall.SIGKILL)
			})
		}},
		{"upgraded", func(t *testing.T) {
			if _, err := s.Node.Kubectl(t.Context(), "--namespace", stage.Namespace, "rollout", "restart", "daemonset/"+stage.Release+"-node"); err != nil {
				t.Fatal(err)
			}
		}},
		{"containerd restarted", func(t *testing.T) {
			if err := s.Node.EndComponent(t.Context(), "containerd", syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
		}},
	}
}

// nodeFaults lets all of them strike while pods start. Every pod starts, with the init or without it, and
// runs its own command.
func (s *suite) nodeFaults(t *testing.T) {
	ns := s.namespace(t, "node-faults", map[string]string{config.InjectKey: config.InjectEnabled})
	const each = 3
	for nth, m := range s.misfortunes() {
		var names []string
		wave := func(when string) {
			for i := range each {
				names = append(names, fmt.Sprintf("%d-%s-%d", nth, when, i))
				s.create(t, curious(ns, names[len(names)-1]), false)
			}
		}
		wave("before")
		m.strike(t)
		wave("after")
		count := map[string]int{}
		for _, name := range names {
			count[s.became(t, ns, name)]++
		}
		t.Logf("%-22s %v", m.name, count)
		eventually(t, func(ctx context.Context) error { return s.decidesFor(ctx, ns, config.CarrierNode) })
	}
}

// curious is a pod that says what process 1 is, and ends.
func curious(namespace, name string) *corev1.Pod {
	pod := asked(namespace, name, images.App, "sh", "-c", "echo process 1 is $(busybox cat /proc/1/comm); exit 7")
	pod.Spec.RestartPolicy = corev1.RestartPolicyNever
	return pod
}

// became waits until a curious pod has ended and says how it was started: with the init, without it, or
// by which carrier instead.
func (s *suite) became(t *testing.T, namespace, name string) (how string) {
	t.Helper()
	var pod *corev1.Pod
	eventually(t, func(ctx context.Context) (err error) {
		pod, err = s.Client.CoreV1().Pods(namespace).Get(ctx, name, metav1.GetOptions{})
		if err == nil && (len(pod.Status.ContainerStatuses) == 0 || pod.Status.ContainerStatuses[0].State.Terminated == nil) {
			err = fmt.Errorf("%s: %s", name, describe(pod))
		}
		return err
	})
	log, err := s.Client.CoreV1().Pods(namespace).GetLogs(name, &corev1.PodLogOptions{}).DoRaw(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	status, err := inject.ReadStatus(pod.Annotations[config.StatusKey])
	if end := pod.Status.ContainerStatuses[0].State.Terminated; err != nil || end.ExitCode != 7 || end.Reason != "Error" {
		t.Errorf("%s ended with %+v (%v):\n%s", name, end, err, log)
	}
	switch said := string(log); {
	case strings.HasPrefix(said, "process 1 is softstop-init\n"):
		return "wrapped, carrier " + string(status.Carrier)
	case strings.HasPrefix(said, "process 1 is sh\n") && status.Carrier == config.CarrierNode:
		return "without the init"
	}
	t.Errorf("%s, carrier %q, says:\n%s", name, status.Carrier, log)
	return "wrong"
}

// plugin returns the pod of the nodes' plugin that does not leave.
func (s *suite) plugin(ctx context.Context) (*corev1.Pod, error) {
	pods, err := s.Client.CoreV1().Pods(stage.Namespace).List(ctx, metav1.ListOptions{LabelSelector: "app.kubernetes.io/component=node"})
	if err != nil {
		return nil, err
	}
	for i := range pods.Items {
		if p := &pods.Items[i]; p.DeletionTimestamp == nil && trial.Ready(p) {
			return p, nil
		}
	}
	return nil, fmt.Errorf("of %d pods of the nodes' plugin none is ready", len(pods.Items))
}

// signalWorker sends a signal to the plugin itself, not to its guard.
func (s *suite) signalWorker(ctx context.Context, signal syscall.Signal) error {
	pod, err := s.plugin(ctx)
	if err != nil {
		return err
	}
	pids, err := s.Node.Processes(pod.Status.ContainerStatuses[0].ContainerID)
	if err != nil {
		return err
	}
	for _, pid := range pids {
		words, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if err == nil && strings.Contains(string(words), "--worker") {
			return syscall.Kill(pid, signal)
		}
	}
	return fmt.Errorf("of %d processes none is the plugin", len(pids))
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
		if strings.Contains(string(text), "kubernetes.io~empty-dir/carrier/softstop-init") {
			return fmt.Errorf("%s still has the init", file)
		}
	}
	return nil
}
