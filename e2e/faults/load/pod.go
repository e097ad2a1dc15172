package load

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/utils/ptr"
)

// awaitRunning returns "" when the pod runs, or what kept it from it when it was given up.
func awaitRunning(ctx context.Context, client kubernetes.Interface, pod *corev1.Pod) string {
	ctx, cancel := context.WithTimeout(ctx, runTime)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	hindrance := "never seen"
	for {
		got, err := client.CoreV1().Pods(pod.Namespace).Get(ctx, pod.Name, metav1.GetOptions{})
		switch {
		case err == nil && got.Status.Phase == corev1.PodRunning:
			return ""
		case err == nil:
			hindrance = describe(got)
		case apierrors.IsNotFound(err):
			return hindrance + "; then it was gone"
		}
		select {
		case <-ctx.Done():
			return hindrance
		case <-tick.C:
		}
	}
}

// describe says where a pod that does not run stands.
func describe(pod *corev1.Pod) string {
	words := []string{string(pod.Status.Phase), pod.Status.Reason, pod.Status.Message}
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status != corev1.ConditionTrue {
			words = append(words, c.Message)
		}
	}
	for _, c := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		if w := c.State.Waiting; w != nil {
			words = append(words, c.Name+": "+w.Reason, w.Message)
		}
		for _, t := range []*corev1.ContainerStateTerminated{c.State.Terminated, c.LastTerminationState.Terminated} {
			if t != nil && t.ExitCode != 0 {
				words = append(words, fmt.Sprintf("%s: exit code %d", c.Name, t.ExitCode), t.Message)
			}
		}
	}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), "; ")
}

// remove deletes the pod for good. An API server that is away is asked again.
func remove(ctx context.Context, client kubernetes.Interface, pod *corev1.Pod) {
	ctx, cancel := context.WithTimeout(ctx, runTime)
	defer cancel()
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		err := client.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, metav1.DeleteOptions{GracePeriodSeconds: ptr.To[int64](0)})
		if err == nil || apierrors.IsNotFound(err) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
