//go:build linux

package trial

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"

	"github.com/softstop/softstop/e2e/demo/stage"
)

// Trial is a workload that is up.
type Trial struct {
	client    kubernetes.Interface
	namespace string
	changes   watch.Interface
	log       *Journal
	outcome   Outcome
}

// Run is Start and Stop.
func Run(ctx context.Context, client kubernetes.Interface, namespace string, w Workload) (Outcome, error) {
	t, err := Start(ctx, client, namespace, w)
	if err != nil {
		return Outcome{}, err
	}
	return t.Stop(ctx)
}

// Start creates w's pod in a namespace and returns when the application is up. ctx bounds the trial
// to its end.
func Start(ctx context.Context, client kubernetes.Interface, namespace string, w Workload) (*Trial, error) {
	t := &Trial{client: client, namespace: namespace, outcome: Outcome{Workload: w, ExitCode: -1}}
	pods := client.CoreV1().Pods(namespace)
	made, err := pods.Create(ctx, w.Pod(), metav1.CreateOptions{})
	if err != nil {
		return nil, t.explain(err)
	}
	_, t.outcome.Softstop = made.Labels[stage.Injected]
	t.changes, err = pods.Watch(ctx, metav1.ListOptions{
		FieldSelector: "metadata.name=" + w.Name, ResourceVersion: made.ResourceVersion,
	})
	if err != nil {
		return nil, t.explain(err)
	}
	if err := t.awaitStart(ctx); err != nil {
		t.changes.Stop()
		return nil, t.explain(err)
	}
	return t, nil
}

// Stop deletes the pod and returns how that went.
func (t *Trial) Stop(ctx context.Context) (Outcome, error) {
	defer t.changes.Stop()
	begin := time.Now()
	err := t.client.CoreV1().Pods(t.namespace).Delete(ctx, t.outcome.Workload.Name, metav1.DeleteOptions{})
	if err == nil {
		err = t.outcome.awaitEnd(ctx, t.changes.ResultChan())
	}
	t.outcome.Took = time.Since(begin)
	if err == nil {
		err = t.log.AwaitEnd(ctx)
	}
	t.outcome.Log = t.log.String()
	if err != nil {
		return t.outcome, t.explain(err)
	}
	return t.outcome, nil
}

// awaitStart returns when the pod runs and the application's log says that it is up.
func (t *Trial) awaitStart(ctx context.Context) error {
	w := t.outcome.Workload
	if err := awaitStart(ctx, t.changes.ResultChan(), w); err != nil {
		return err
	}
	var err error
	if t.log, err = Follow(ctx, t.client, t.namespace, w.Name, "app"); err != nil {
		return err
	}
	return t.log.Await(ctx, w.Ready, w.ReadyTimes)
}

// explain says which workload an error is about, and what it had to say.
func (t *Trial) explain(err error) error {
	said := ""
	if t.log != nil {
		said = "; its log so far:\n" + t.log.String()
	}
	return fmt.Errorf("%s in %s: %w%s", t.outcome.Workload.Name, t.namespace, err, said)
}

// awaitStart returns when the pod runs, and is ready where it serves.
func awaitStart(ctx context.Context, changes <-chan watch.Event, w Workload) error {
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for its start: %w", ctx.Err())
		case ev, open := <-changes:
			pod, ok := ev.Object.(*corev1.Pod)
			if !open || !ok {
				return errors.New("wait for its start: the watch has ended")
			}
			switch {
			case pod.Status.Phase == corev1.PodFailed || pod.Status.Phase == corev1.PodSucceeded:
				return fmt.Errorf("it ended at once: %+v", pod.Status.ContainerStatuses)
			case pod.Status.Phase == corev1.PodRunning && (!w.Serves || Ready(pod)):
				return nil
			}
		}
	}
}

// Ready says whether the kubelet calls a pod ready.
func Ready(pod *corev1.Pod) bool {
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodReady {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}

// awaitEnd returns when the pod is gone, and keeps what its last status says.
func (o *Outcome) awaitEnd(ctx context.Context, changes <-chan watch.Event) error {
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for its end: %w", ctx.Err())
		case ev, open := <-changes:
			pod, ok := ev.Object.(*corev1.Pod)
			if !open || !ok {
				return errors.New("wait for its end: the watch has ended")
			}
			for _, c := range pod.Status.ContainerStatuses {
				if t := c.State.Terminated; t != nil {
					o.ExitCode, o.Message = t.ExitCode, t.Message
				}
			}
			if ev.Type == watch.Deleted {
				return nil
			}
		}
	}
}
