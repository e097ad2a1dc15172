//go:build e2e && linux

package suite

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/config"
)

// debugCopies holds hard pod 82: whatever kubectl debug --copy-to leaves out of an injected pod,
// the copy starts. That goes for a pod whose namespace opted in, and for one that opted in by
// itself, of whose annotation a copy knows nothing.
func (s *suite) debugCopies(t *testing.T) {
	for name, optedIn := range map[string]bool{"debug-namespace": true, "debug-pod": false} {
		labels := map[string]string{}
		if optedIn {
			labels[config.InjectKey] = config.InjectEnabled
		}
		ns := s.namespace(t, name, labels)
		original := &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: "original", Annotations: map[string]string{config.InjectKey: "true"}},
			Spec: corev1.PodSpec{Containers: []corev1.Container{{
				Name: "app", Image: "softstop.test/app:dev", ImagePullPolicy: corev1.PullNever, Command: []string{"sh", "-c", "/app; echo ended"},
			}}},
		}
		created, err := s.Client.CoreV1().Pods(ns).Create(t.Context(), original, metav1.CreateOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if !injected(created) {
			t.Fatalf("the original is not injected: %+v", created.Spec)
		}
		copies := []string{original.Name}
		for combination := range 16 {
			copied := fmt.Sprint("copy-", combination)
			args := []string{"debug", original.Name, "--namespace", ns, "--copy-to", copied, "--attach=false", "--image-pull-policy=Never"}
			for i, flag := range []string{"--keep-annotations", "--keep-labels", "--keep-init-containers"} {
				args = append(args, fmt.Sprintf("%s=%t", flag, combination>>i&1 == 1))
			}
			if combination>>3 == 1 { // in place of the application
				args = append(args, "--container=app")
			} else {
				args = append(args, "--container=debugger", "--image=softstop.test/app:dev")
			}
			if _, err := s.Node.Kubectl(t.Context(), append(args, "--", "sh", "-c", "sleep 1000")...); err != nil {
				t.Fatal(err)
			}
			copies = append(copies, copied)
		}
		eventually(t, func(ctx context.Context) error {
			pods, err := s.Client.CoreV1().Pods(ns).List(ctx, metav1.ListOptions{})
			if err != nil {
				return err
			}
			var waiting []string
			for _, name := range copies {
				if !slices.ContainsFunc(pods.Items, func(pod corev1.Pod) bool { return pod.Name == name && allRun(&pod) }) {
					waiting = append(waiting, name)
				}
			}
			if len(waiting) > 0 {
				return fmt.Errorf("not all containers run of %s", strings.Join(waiting, ", "))
			}
			return nil
		})
	}
}

// allRun reports whether every container of pod runs, and has not ended before.
func allRun(pod *corev1.Pod) bool {
	for _, c := range pod.Status.ContainerStatuses {
		if c.State.Running == nil || c.RestartCount > 0 {
			return false
		}
	}
	return len(pod.Status.ContainerStatuses) == len(pod.Spec.Containers)
}
