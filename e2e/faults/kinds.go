//go:build linux

package main

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/softstop/softstop/e2e/demo/images"
	"github.com/softstop/softstop/e2e/demo/stage"
	"github.com/softstop/softstop/e2e/faults/load"
)

// runningImage is the registry's image that the node has, too: its pods start whatever the registry
// does.
func runningImage(registry string) string { return registry + "/" + theImage + ":1" }

// kinds are the pods that are created: opted in by either way, with and without a command of their
// own, and those that softstop has nothing to do with. Together about 23 a second, one of which
// runs.
func kinds(registry string) []load.Kind {
	byAnnotation := func(pod *corev1.Pod) *corev1.Pod {
		pod.Annotations = map[string]string{"softstop.dev/inject": "true"}
		return pod
	}
	// A new repository each time, so that no cache has it.
	lookedUp := func(n int) *corev1.Pod {
		return pod(fmt.Sprintf("%s/repository-%d:1", registry, n), corev1.PullIfNotPresent)
	}
	withCommand := func(int) *corev1.Pod { return pod(images.App, corev1.PullNever, "/app") }
	return []load.Kind{
		{Name: "by-namespace", Namespace: optedIn, Every: 100 * time.Millisecond, Pod: idle(withCommand)},
		{
			Name: "by-annotation", Namespace: unlabelled, Every: 200 * time.Millisecond,
			Pod: idle(func(n int) *corev1.Pod { return byAnnotation(withCommand(n)) }),
		},
		{Name: "looked-up", Namespace: optedIn, Every: 200 * time.Millisecond, Pod: idle(lookedUp)},
		{Name: "stranger", Namespace: unlabelled, Every: 500 * time.Millisecond, Stranger: true, Pod: idle(withCommand)},
		{Name: "runs", Namespace: optedIn, Every: 2 * time.Second, Runs: true, Pod: withCommand},
		{
			Name: "runs-looked-up", Namespace: optedIn, Every: 4 * time.Second, Runs: true,
			Pod: func(int) *corev1.Pod { return pod(runningImage(registry), corev1.PullIfNotPresent) },
		},
		{Name: "system", Namespace: metav1.NamespaceSystem, Every: 5 * time.Second, Runs: true, Stranger: true, Pod: withCommand},
		{Name: "own", Namespace: stage.Namespace, Every: 5 * time.Second, Runs: true, Stranger: true, Pod: withCommand},
	}
}

func pod(image string, pull corev1.PullPolicy, command ...string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "faults"}},
		Spec: corev1.PodSpec{
			Containers:    []corev1.Container{{Name: "app", Image: image, ImagePullPolicy: pull, Command: command}},
			RestartPolicy: corev1.RestartPolicyNever,
			// A token is mounted under a name made by chance: no two pods would look alike.
			AutomountServiceAccountToken: ptr.To(false),
		},
	}
}

// idle gives the pods a scheduler that does not exist.
func idle(of func(int) *corev1.Pod) func(int) *corev1.Pod {
	return func(n int) *corev1.Pod {
		pod := of(n)
		pod.Spec.SchedulerName = "nobody"
		return pod
	}
}
