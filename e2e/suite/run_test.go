//go:build e2e && linux

package suite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/softstop/softstop/e2e/demo/stage"
	"github.com/softstop/softstop/e2e/demo/trial"
	"github.com/softstop/softstop/e2e/node/guard"
)

// found is what came true of a pod.
type found struct {
	// pod is the last that was seen of it, its end included.
	pod *corev1.Pod
	// warnings are what its creator was told.
	warnings []string
	// logs are its containers'.
	logs map[string]string
	// took is the time from the request to delete it until it was gone; 0 if it ended by itself.
	took time.Duration
	// job is the Job's last condition.
	job batchv1.JobCondition
}

// ended is app's end.
func (f found) ended() *corev1.ContainerStateTerminated {
	for _, c := range f.pod.Status.ContainerStatuses {
		if c.Name == "app" {
			return c.State.Terminated
		}
	}
	return nil
}

// runner runs one case in a namespace of its own.
type runner struct {
	client    client.Client
	sets      kubernetes.Interface
	namespace string
	// attach prepares a program whose standard input is that of a pod's container app.
	attach   func(pod string) *exec.Cmd
	watch    watch.Interface
	found    found
	journals map[string]*trial.Journal

	mu sync.Mutex
}

// HandleWarningHeader collects what the API server warns about.
func (r *runner) HandleWarningHeader(_ int, _ string, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.found.warnings = append(r.found.warnings, text)
}

// newRunner returns a runner for a namespace that exists.
func newRunner(s *stage.Stage, namespace string) (*runner, error) {
	r := &runner{sets: s.Client, namespace: namespace, journals: map[string]*trial.Journal{}}
	r.attach = func(pod string) *exec.Cmd {
		// kubectl types at a terminal only if it has one itself, which script gives it.
		attach := "kubectl --namespace " + namespace + " attach --stdin --tty --quiet --container app " + pod
		return s.Node.Command("script", "--quiet", "--return", "--command", attach, "/dev/null")
	}
	config, err := s.Config()
	if err != nil {
		return nil, err
	}
	config.WarningHandler = r
	r.client, err = client.New(config, client.Options{})
	return r, err
}

// run creates a case's objects and follows its pod to the end.
func (r *runner) run(ctx context.Context, c podCase) (found, error) {
	var err error
	if r.watch, err = r.sets.CoreV1().Pods(r.namespace).Watch(ctx, metav1.ListOptions{}); err != nil {
		return r.found, err
	}
	defer r.watch.Stop()
	for _, object := range c.objects {
		object.SetNamespace(r.namespace)
		if err := r.client.Create(ctx, object); err != nil {
			return r.found, err
		}
		if object.GetKind() == "ResourceQuota" {
			if err := r.awaitQuota(ctx, object.GetName()); err != nil {
				return r.found, err
			}
		}
	}
	switch {
	case len(c.want.Typed) > 0:
		err = r.talk(ctx, c.want)
	case c.want.Ready == "":
		err = r.toTheEnd(ctx, c.want)
	default:
		err = r.stop(ctx, c.want)
	}
	if err == nil && c.want.Job.Condition != "" {
		err = r.awaitJob(ctx)
	}
	for name, j := range r.journals {
		if err == nil {
			err = j.AwaitEnd(ctx)
		}
		if r.found.logs == nil {
			r.found.logs = map[string]string{}
		}
		r.found.logs[name] = j.String()
	}
	return r.found, err
}

// toTheEnd follows a pod that ends by itself.
func (r *runner) toTheEnd(ctx context.Context, w want) error {
	if err := r.awaitEnd(ctx); err != nil {
		return err
	}
	return r.follow(ctx, w)
}

func (r *runner) awaitEnd(ctx context.Context) error {
	return r.await(ctx, "its end", func(watch.EventType) bool {
		return r.found.pod.Status.Phase == corev1.PodSucceeded || r.found.pod.Status.Phase == corev1.PodFailed
	})
}

// talk types at app's terminal until the pod ends.
func (r *runner) talk(ctx context.Context, w want) (err error) {
	if err := r.await(ctx, "its start", func(watch.EventType) bool { return isUp(r.found.pod) }); err != nil {
		return err
	}
	if err := r.follow(ctx, w); err != nil {
		return err
	}
	cmd := r.attach(r.found.pod.Name)
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	terminal, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	attached, err := guard.Start(ctx, cmd)
	if err != nil {
		return fmt.Errorf("attach to the terminal: %w", err)
	}
	defer func() {
		// The end of the container, or of what is typed, is the end of the program.
		_ = terminal.Close()
		if ended := attached.Wait(); ended != nil {
			err = errors.Join(err, fmt.Errorf("attach to the terminal: %w: %s", ended, said.String()))
		}
	}()
	for _, typed := range w.Typed {
		if err := r.journals["app"].Await(ctx, typed.After, 1); err != nil {
			return fmt.Errorf("%w:\n%s", err, r.journals["app"])
		}
		if _, err := io.WriteString(terminal, typed.Keys); err != nil {
			return fmt.Errorf("type %q: %w", typed.Keys, err)
		}
	}
	return r.awaitEnd(ctx)
}

// stop waits until the pod is up, deletes it and waits until it is gone.
func (r *runner) stop(ctx context.Context, w want) error {
	err := r.await(ctx, "its start", func(watch.EventType) bool { return isUp(r.found.pod) })
	if err != nil {
		return err
	}
	if err := r.follow(ctx, w); err != nil {
		return err
	}
	if err := r.journals["app"].Await(ctx, w.Ready, 1); err != nil {
		return fmt.Errorf("%w:\n%s", err, r.journals["app"])
	}
	begin := time.Now()
	if err := r.sets.CoreV1().Pods(r.namespace).Delete(ctx, r.found.pod.Name, metav1.DeleteOptions{}); err != nil {
		return err
	}
	err = r.await(ctx, "its end", func(e watch.EventType) bool { return e == watch.Deleted })
	r.found.took = time.Since(begin) //nolint:forbidigo // judged at the pace of the machine
	return err
}

// follow reads the logs of app and of the containers whose logs are wanted.
func (r *runner) follow(ctx context.Context, w want) error {
	names := []string{"app"}
	for name := range w.Log {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		var err error
		if r.journals[name], err = trial.Follow(ctx, r.sets, r.namespace, r.found.pod.Name, name); err != nil {
			return err
		}
	}
	return nil
}

// isUp says whether the pod runs, and is ready where it has a probe.
func isUp(pod *corev1.Pod) bool {
	return pod.Status.Phase != corev1.PodPending && !slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status != corev1.ConditionTrue && c.Reason != "PodCompleted"
	})
}

// await returns when the namespace's pod is as is says.
func (r *runner) await(ctx context.Context, what string, is func(watch.EventType) bool) error {
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w; the pod is %s", what, ctx.Err(), describe(r.found.pod))
		case event, open := <-r.watch.ResultChan():
			pod, ok := event.Object.(*corev1.Pod)
			if !open || !ok {
				return errors.New("wait for " + what + ": the watch has ended")
			}
			if r.found.pod = pod; is(event.Type) {
				return nil
			}
		}
	}
}

// describe says what a pod is waiting for.
func describe(pod *corev1.Pod) string {
	if pod == nil {
		return "not there"
	}
	text := string(pod.Status.Phase)
	for _, c := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		text += fmt.Sprintf("; %s %+v", c.Name, c.State)
	}
	return text
}

// awaitQuota returns when the quota is in force.
func (r *runner) awaitQuota(ctx context.Context, name string) error {
	quotas, err := r.sets.CoreV1().ResourceQuotas(r.namespace).Watch(ctx, metav1.ListOptions{FieldSelector: "metadata.name=" + name})
	if err != nil {
		return err
	}
	defer quotas.Stop()
	for event := range quotas.ResultChan() {
		if quota, ok := event.Object.(*corev1.ResourceQuota); ok && len(quota.Status.Hard) > 0 {
			return nil
		}
	}
	return fmt.Errorf("wait for the quota: %w", context.Cause(ctx))
}

// awaitJob returns when the Job has ended.
func (r *runner) awaitJob(ctx context.Context) error {
	jobs, err := r.sets.BatchV1().Jobs(r.namespace).Watch(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	defer jobs.Stop()
	for event := range jobs.ResultChan() {
		job, ok := event.Object.(*batchv1.Job)
		for i := 0; ok && i < len(job.Status.Conditions); i++ {
			r.found.job = job.Status.Conditions[i]
			if t := r.found.job.Type; t == batchv1.JobComplete || t == batchv1.JobFailed {
				return nil
			}
		}
	}
	return fmt.Errorf("wait for the job's end: %w", context.Cause(ctx))
}
