//go:build linux

package nodeplugin

import (
	"context"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/e2e/demo/stage"
	"github.com/softstop/softstop/e2e/demo/trial"
)

// Set is the nodes' plugin on one stage.
type Set struct{ *stage.Stage }

// Misfortune is one thing that can happen.
type Misfortune struct {
	// Name is short, Does a sentence for a table.
	Name, Does string
	// Strike does it once. It is an error if it cannot be done yet, for want of a plugin.
	Strike func(context.Context, Set) error
	// Every is the time between two strikes; 0 means that one is enough.
	Every time.Duration
	// Heal ends what does not end by itself, or is nil.
	Heal func(context.Context, Set) error
}

// Misfortunes are all of them.
func Misfortunes() []Misfortune {
	return []Misfortune{
		{Name: "plugin killed", Does: "SIGKILL to the plugin, every 3 s", Strike: worker(syscall.SIGKILL), Every: 3 * time.Second},
		{Name: "plugin hung", Does: "SIGSTOP to the plugin, every 5 s", Strike: worker(syscall.SIGSTOP), Every: 5 * time.Second},
		{Name: "plugin killed with its guard", Does: "SIGKILL to both", Strike: both(syscall.SIGKILL)},
		{Name: "plugin hung with its guard", Does: "SIGSTOP to both, later SIGCONT", Strike: both(syscall.SIGSTOP), Heal: both(syscall.SIGCONT)},
		{Name: "plugin upgraded", Does: "`kubectl rollout restart` of the DaemonSet, every 10 s", Strike: upgrade, Every: 10 * time.Second},
		{Name: "containerd restarted", Does: "SIGKILL to the runtime, every 10 s", Strike: restartRuntime, Every: 10 * time.Second},
	}
}

func worker(signal syscall.Signal) func(context.Context, Set) error {
	return func(ctx context.Context, s Set) error { return s.signalWorker(ctx, signal) }
}

func both(signal syscall.Signal) func(context.Context, Set) error {
	return func(ctx context.Context, s Set) error {
		pod, err := s.pod(ctx)
		if err != nil {
			return err
		}
		return s.Node.SignalContainer(pod.Status.ContainerStatuses[0].ContainerID, signal)
	}
}

func upgrade(ctx context.Context, s Set) error {
	_, err := s.Node.Kubectl(ctx, "--namespace", stage.Namespace, "rollout", "restart", "daemonset/"+stage.Release+"-node")
	return err
}

func restartRuntime(ctx context.Context, s Set) error {
	return s.Node.EndComponent(ctx, "containerd", syscall.SIGKILL)
}

// Ready fails unless the plugin's pod is there, and ready.
func (s Set) Ready(ctx context.Context) error {
	pod, err := s.pod(ctx)
	if err == nil && !trial.Ready(pod) {
		err = fmt.Errorf("the plugin's pod %s is not ready", pod.Name)
	}
	return err
}

// pod returns the plugin's pod that does not leave: the one that is ready, if there is one.
func (s Set) pod(ctx context.Context) (*corev1.Pod, error) {
	pods, err := s.Client.CoreV1().Pods(stage.Namespace).List(ctx, metav1.ListOptions{LabelSelector: "app.kubernetes.io/component=node"})
	if err != nil {
		return nil, err
	}
	var found *corev1.Pod
	for i := range pods.Items {
		p := &pods.Items[i]
		runs := p.DeletionTimestamp == nil && len(p.Status.ContainerStatuses) > 0 && p.Status.ContainerStatuses[0].State.Running != nil
		if runs && (found == nil || trial.Ready(p)) {
			found = p
		}
	}
	if found == nil {
		return nil, fmt.Errorf("of %d pods of the nodes' plugin none runs", len(pods.Items))
	}
	return found, nil
}

// signalWorker sends a signal to the plugin itself, not to its guard.
func (s Set) signalWorker(ctx context.Context, signal syscall.Signal) error {
	pod, err := s.pod(ctx)
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
