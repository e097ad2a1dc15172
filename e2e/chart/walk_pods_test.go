//go:build e2e && linux

package chart

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/softstop/softstop/e2e/demo/images"
	"github.com/softstop/softstop/e2e/demo/stage"
)

// serving is a pod that serves, for the API server's dry run.
const serving = `
apiVersion: v1
kind: Pod
metadata: {name: probe}
spec:
  containers:
  - {name: app, image: ` + images.App + `, command: [/app], ports: [{containerPort: 8080}]}
`

// drain returns for how many seconds a new pod that serves would drain, as the user's own
// dry run shows, and all that kubectl says, warnings included.
func (w *walk) drain(t *testing.T) (seconds, said string) {
	t.Helper()
	said, err := w.try(t.Context(), serving, "kubectl", "create", "--namespace", shop, "--dry-run=server", "--filename", "-",
		"--output", "jsonpath={.spec.containers[0].lifecycle.preStop.sleep.seconds}")
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return said[strings.LastIndexByte(said, '\n')+1:], said
}

// awaitDrain returns when pods are injected with the drain that the namespace asks for.
func (w *walk) awaitDrain(t *testing.T) {
	t.Helper()
	eventually(t, func() (bool, string) {
		seconds, said := w.drain(t)
		return seconds == "12", said
	})
}

// objects returns every object but Events and what the user's own namespace has.
func (w *walk) objects(t *testing.T) map[string]bool {
	t.Helper()
	kinds, err := w.Node.Kubectl(t.Context(), "api-resources", "--verbs=list", "--output=name")
	if err != nil {
		t.Fatal(err)
	}
	out, err := w.Node.Kubectl(t.Context(), "get", strings.Join(strings.Fields(kinds), ","), "--all-namespaces", "--no-headers",
		"--output", "custom-columns=:kind,:metadata.namespace,:metadata.name")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for line := range strings.Lines(out) {
		fields := strings.Fields(line)
		if len(fields) == 3 && fields[0] != "Event" && fields[1] != shop {
			found[strings.Join(fields, "/")] = true
		}
	}
	return found
}

// creations are pods created, in a dry run, one after the other while something happens.
type creations struct {
	stop func()
	done sync.WaitGroup
	// total counts them; failed and missed say what went wrong.
	total          int
	failed, missed []string
}

// createPods goes on until judge is called.
func (w *walk) createPods(t *testing.T) *creations {
	t.Helper()
	config, err := w.Config()
	if err != nil {
		t.Fatal(err)
	}
	config.WarningHandler = rest.NoWarnings{}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	c := &creations{stop: cancel}
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "created-"},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: images.App, Command: []string{"/app"}}}},
	}
	c.done.Go(func() {
		for ctx.Err() == nil {
			got, err := client.CoreV1().Pods(shop).Create(ctx, pod, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
			if ctx.Err() != nil {
				return
			}
			c.total++
			if err != nil {
				c.failed = append(c.failed, err.Error())
			} else if got.Labels[stage.Injected] == "" {
				c.missed = append(c.missed, fmt.Sprintf("pod %d", c.total))
			}
		}
	})
	t.Cleanup(cancel)
	return c
}

// judge ends the creations: none may have failed, and none may have been missed.
func (c *creations) judge(t *testing.T) {
	t.Helper()
	c.stop()
	c.done.Wait()
	t.Logf("%d pods created, %d failed, %d without softstop", c.total, len(c.failed), len(c.missed))
	if c.total == 0 || len(c.failed) > 0 || len(c.missed) > 0 {
		t.Errorf("failed: %q; without softstop: %q", c.failed, c.missed)
	}
}
