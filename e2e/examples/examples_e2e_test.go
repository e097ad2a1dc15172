//go:build e2e && linux

package examples

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/yaml"

	"github.com/softstop/softstop/e2e/await"
	"github.com/softstop/softstop/e2e/demo/stage"
	"github.com/softstop/softstop/e2e/demo/trial"
	"github.com/softstop/softstop/e2e/node/guard"
)

// TestExamples applies every example, waits until it is up, and deletes it: each must stop as
// docs/recipes.md says.
func TestExamples(t *testing.T) {
	if err := guard.EndWithParent(); err != nil {
		t.Fatal(err)
	}
	st, err := stage.Set(t.Context(), stage.Options{Name: "examples", Progress: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	giveImages(t, st)
	if err := st.Install(t.Context(), "--values", known(t)); err != nil {
		t.Fatal(err)
	}
	if err := st.AwaitInjection(t.Context()); err != nil {
		t.Fatal(err)
	}
	// All at once: most of the time is waiting.
	t.Run("all", func(t *testing.T) {
		for _, e := range Examples() {
			t.Run(e.App, func(t *testing.T) {
				t.Parallel()
				tryExample(t, st, e)
			})
		}
	})
}

// giveImages imports the stand-ins.
func giveImages(t *testing.T, st *stage.Stage) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	made := make(chan error, 1)
	go func() {
		made <- errors.Join(Archive(t.Context(), w, t.TempDir(), os.Stderr), w.Close())
	}()
	if err := errors.Join(st.Node.ImportImage(t.Context(), r), r.Close(), <-made); err != nil {
		t.Fatal(err)
	}
}

// known is a values file that says what the images run: the registries that have the real ones are
// not asked.
func known(t *testing.T) string {
	t.Helper()
	images := map[string]any{}
	for _, e := range Examples() {
		short := strings.TrimPrefix(e.Image.Name, "docker.io/library/")
		runs := map[string]any{}
		if len(e.Image.Entrypoint) > 0 {
			runs["entrypoint"] = e.Image.Entrypoint
		}
		if len(e.Image.Cmd) > 0 {
			runs["cmd"] = e.Image.Cmd
		}
		if e.Image.StopSignal != "" {
			runs["stopSignal"] = e.Image.StopSignal
		}
		images[short] = runs
	}
	text, err := yaml.Marshal(map[string]any{"config": map[string]any{"images": images}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "values.yaml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// run is one pod of an example.
type run struct {
	pod corev1.Pod
	log *trial.Journal
}

// tryExample brings an example up and takes it away.
func tryExample(t *testing.T, st *stage.Stage, e Example) {
	ctx := await.Context(t)
	namespace := "example-" + e.App
	if _, err := st.Client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("../../examples", e.File)
	pods, err := st.Client.CoreV1().Pods(namespace).Watch(ctx, metav1.ListOptions{LabelSelector: "app=" + e.App})
	if err != nil {
		t.Fatal(err)
	}
	defer pods.Stop()
	if out, err := st.Node.Kubectl(ctx, "apply", "--namespace", namespace, "--filename", file); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	runs, err := awaitUp(ctx, st, e, pods)
	if err != nil {
		t.Fatal(err)
	}
	if !e.Ends {
		if out, err := st.Node.Kubectl(ctx, "delete", "--namespace", namespace, "--filename", file, "--cascade=foreground", "--wait"); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	if err := awaitEnd(ctx, runs, pods); err != nil {
		t.Fatal(err)
	}
	for _, r := range runs {
		judge(ctx, t, e, r)
	}
}

// awaitUp returns the example's first pod, or its two first where it has two, when they are up.
func awaitUp(ctx context.Context, st *stage.Stage, e Example, pods watch.Interface) (map[string]*run, error) {
	runs := map[string]*run{}
	for {
		pod, err := next(ctx, pods)
		if err != nil {
			return nil, fmt.Errorf("wait for its start: %w%s", err, soFar(runs))
		}
		if runs[pod.Name] == nil {
			runs[pod.Name] = &run{}
		}
		r := runs[pod.Name]
		r.pod = *pod
		if r.log == nil && pod.Status.Phase != corev1.PodPending {
			if r.log, err = trial.Follow(ctx, st.Client, pod.Namespace, pod.Name, pod.Spec.Containers[0].Name); err != nil {
				return nil, err
			}
		}
		if up(runs, e) {
			break
		}
	}
	for name, r := range runs {
		if err := r.log.Await(ctx, e.Ready, 1); err != nil {
			return nil, fmt.Errorf("%s: %w%s", name, err, soFar(runs))
		}
	}
	return runs, nil
}

// soFar is what is known of the pods.
func soFar(runs map[string]*run) string {
	var text strings.Builder
	for name, r := range runs {
		fmt.Fprintf(&text, "\n%s: %+v\nits log:\n%v", name, r.pod.Status.ContainerStatuses, r.log)
	}
	return text.String()
}

// up says whether all pods are: those of an example that ends have run.
func up(runs map[string]*run, e Example) bool {
	for _, r := range runs {
		if r.log == nil || !e.Ends && !trial.Ready(&r.pod) {
			return false
		}
	}
	return true
}

// awaitEnd keeps the last status of every pod until all their containers have ended.
func awaitEnd(ctx context.Context, runs map[string]*run, pods watch.Interface) error {
	for !ended(runs) {
		pod, err := next(ctx, pods)
		if err != nil {
			return fmt.Errorf("wait for its end: %w", err)
		}
		if r := runs[pod.Name]; r != nil {
			r.pod = *pod
		}
	}
	return nil
}

func ended(runs map[string]*run) bool {
	for _, r := range runs {
		if s := r.pod.Status.ContainerStatuses; len(s) == 0 || s[0].State.Terminated == nil {
			return false
		}
	}
	return true
}

// next is the next change of a pod.
func next(ctx context.Context, pods watch.Interface) (*corev1.Pod, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case ev, open := <-pods.ResultChan():
		pod, ok := ev.Object.(*corev1.Pod)
		if !open || !ok {
			return nil, errors.New("the watch has ended")
		}
		return pod, nil
	}
}

// judge holds a pod that has ended to what the example promises.
func judge(ctx context.Context, t *testing.T, e Example, r *run) {
	t.Helper()
	if err := r.log.AwaitEnd(ctx); err != nil {
		t.Fatal(err)
	}
	state := r.pod.Status.ContainerStatuses[0].State.Terminated
	if r.pod.Labels[stage.Injected] == "" {
		t.Error("not injected")
	}
	if state.ExitCode != e.ExitCode || strings.Contains(state.Message, `"killed"`) {
		t.Errorf("exit code %d, want %d; message %s", state.ExitCode, e.ExitCode, state.Message)
	}
	if !strings.Contains(r.log.String(), e.Evidence) {
		t.Errorf("no %q in its log", e.Evidence)
	}
	if t.Failed() {
		t.Logf("status: %s\nlog:\n%s", r.pod.Annotations["softstop.dev/status"], r.log)
	}
}
