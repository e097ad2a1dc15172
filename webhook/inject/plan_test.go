package inject_test

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
)

// TestProbesGrace: the shorter grace period of liveness and startup probe is the one that ends a
// drain early, and somebody hears of it if it is below the drain, here 5s. A readiness probe has
// none.
func TestProbesGrace(t *testing.T) {
	none, some := int64(-1), func(seconds int64) *corev1.Probe {
		if seconds < 0 {
			return nil
		}
		return &corev1.Probe{TerminationGracePeriodSeconds: &seconds}
	}
	for _, c := range []struct {
		liveness, startup int64
		want              string // the grace period that the warning names
	}{
		{none, none, ""}, {3, none, "3s"}, {none, 3, "3s"}, {3, 4, "3s"}, {4, 3, "3s"}, {3, 3, "3s"}, {9, 3, "3s"}, {3, 9, "3s"},
		{5, none, ""}, {none, 5, ""}, {4, none, "4s"}, {6, 7, ""}, {1 << 62, none, ""}, {1 << 62, 1, "1s"},
	} {
		pod := web()
		web := &pod.Spec.Containers[0]
		web.Ports = []corev1.ContainerPort{{ContainerPort: 80}}
		web.LivenessProbe, web.StartupProbe, web.ReadinessProbe = some(c.liveness), some(c.startup), &corev1.Probe{}
		warned := ""
		for _, w := range requested(pod).Warnings {
			if _, after, is := strings.Cut(w.Text, "a probe's terminationGracePeriodSeconds of "); is {
				warned, _, _ = strings.Cut(after, " ")
			}
		}
		if warned != c.want {
			t.Errorf("liveness %d, startup %d: warned of %q, want %q", c.liveness, c.startup, warned, c.want)
		}
	}
}

// TestStatus: the status says of each container what holds for it, and of the pod what was before.
func TestStatus(t *testing.T) {
	grace := func(seconds int64) *int64 { return &seconds }
	for name, c := range map[string]struct {
		grace       *int64
		annotations map[string]string
		want        string
	}{
		"grace unset, kept":   {nil, nil, `"gracePeriodSeconds":30,`},
		"grace unset, raised": {nil, map[string]string{"softstop.dev/drain": "60s"}, `"gracePeriodSeconds":85,"gracePeriodSecondsBefore":0,`},
		"grace raised":        {grace(10), nil, `"gracePeriodSeconds":30,"gracePeriodSecondsBefore":10,`},
		"grace kept":          {grace(100), nil, `"gracePeriodSeconds":100,`},
		"a drain":             {nil, nil, `"name":"web","action":"wrapped","drain":"5s","stopTimeout":"23s","added":["lifecycle"]}`},
		"no drain":            {nil, map[string]string{"softstop.dev/drain": "0s"}, `"name":"web","action":"wrapped","stopTimeout":"28s"}`},
		"hooks only":          {nil, nil, `"name":"image","action":"hooks-only","reason":"no-command",`},
		"left":                {nil, map[string]string{"softstop.dev/exclude-containers": "image"}, `{"name":"image","action":"left","reason":"excluded","message":"`},
	} {
		pod := web()
		pod.Spec.TerminationGracePeriodSeconds, pod.Annotations = c.grace, c.annotations
		pod.Spec.Containers[0].Ports = []corev1.ContainerPort{{ContainerPort: 80}}
		pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: "image", Image: "image:1"})
		text := requested(pod).Annotations[config.StatusKey]
		if !strings.Contains(text, c.want) {
			t.Errorf("%s: want %s in\n%s", name, c.want, text)
		}
		status, err := inject.ReadStatus(text)
		if err != nil || status.String() != text {
			t.Errorf("%s: read as %s (%v)", name, status, err)
		}
	}
}

// TestStatusOfWhatWasThere: a hook in a lifecycle that was there is said to be added alone.
func TestStatusOfWhatWasThere(t *testing.T) {
	for want, lifecycle := range map[string]*corev1.Lifecycle{
		inject.AddedLifecycle: nil,
		inject.AddedPreStop:   {PostStart: &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"/hello"}}}},
		"":                    {PreStop: &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"/bye"}}}},
	} {
		pod := web()
		pod.Spec.Containers[0].Ports = []corev1.ContainerPort{{ContainerPort: 80}}
		pod.Spec.Containers[0].Lifecycle = lifecycle
		status, err := inject.ReadStatus(requested(pod).Annotations[config.StatusKey])
		if err != nil {
			t.Fatal(err)
		}
		if got := status.Containers[0].Added; want == "" && len(got) > 0 || want != "" && !slices.Equal(got, []string{want}) {
			t.Errorf("added %v, want %q", got, want)
		}
	}
}
