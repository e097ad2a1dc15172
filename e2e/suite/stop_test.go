//go:build e2e && linux

package suite

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/e2e/demo/images"
	"github.com/softstop/softstop/e2e/demo/stage"
	"github.com/softstop/softstop/e2e/demo/trial"
	"github.com/softstop/softstop/e2e/pace"
)

func (s *suite) untouched(t *testing.T) {
	if _, err := trial.Unconcerned(t.Context(), s.Stage, "default", s.stranger); err != nil {
		t.Error(err)
	}
}

func (s *suite) demo(t *testing.T) {
	without := s.namespace(t, "demo-without", nil)
	with := s.namespace(t, "demo-with", map[string]string{"softstop.dev/inject": "enabled"})
	outcomes, err := trial.RunAll(t.Context(), s.Client, without, with)
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range outcomes {
		if o.Softstop != (i%2 == 1) {
			t.Errorf("%s: injected is %v", o.Workload.Name, o.Softstop)
		}
		judge(t, o, trial.Margin(outcomes))
	}
}

func (s *suite) annotated(t *testing.T) {
	w := workload(t, "go-script")
	w.Shape = annotate("true")
	o := s.stop(t, s.namespace(t, "annotated", nil), w)
	if !o.Softstop {
		t.Error("not injected")
	}
	judge(t, o, alone)
}

func (s *suite) optedOut(t *testing.T) {
	ns := s.namespace(t, "opted-out", map[string]string{"softstop.dev/inject": "enabled"})
	before, err := s.Calls(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w := workload(t, "go-exec")
	w.Shape = annotate("false")
	if o := s.stop(t, ns, w); o.Softstop {
		t.Error("injected although the pod opted out")
	}
	after, err := s.Calls(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if after != before {
		t.Errorf("the webhook was called for it: %d calls before, %d after", before, after)
	}
}

// deaf ignores SIGTERM: the init ends it at the stop timeout, before the kubelet has to, and names
// it.
func (s *suite) deaf(t *testing.T) {
	ns := s.namespace(t, "deaf", map[string]string{"softstop.dev/inject": "enabled"})
	grace := int64(7)
	w := trial.Workload{
		Name: "deaf", Image: images.App, Command: []string{"/app", "--deaf"}, Ready: ": ready", ReadyTimes: 1,
		Evidence: "told to stop, and does not care", Times: 1,
		Shape: func(pod *corev1.Pod) {
			pod.Spec.TerminationGracePeriodSeconds = &grace
			// Just what fits; a longer one, such as the default, would raise the grace period.
			pod.Annotations = map[string]string{"softstop.dev/stop-timeout": "5s"}
		},
	}
	o := s.stop(t, ns, w)
	limit := time.Duration(grace) * time.Second
	if !pace.Holds(func() bool { return o.Took <= limit+pace.Stretch(alone) }) {
		t.Errorf("took %s, the grace period is %s", o.Took, limit)
	}
	if o.ExitCode != 137 || !strings.Contains(o.Log, "/app") || !strings.Contains(o.Log, "softstop-init") {
		t.Errorf("exit code %d, want 137 and the process named in the log:\n%s", o.ExitCode, o.Log)
	}
}

func annotate(value string) func(*corev1.Pod) {
	return func(pod *corev1.Pod) { pod.Annotations = map[string]string{"softstop.dev/inject": value} }
}

// injected says whether softstop changed a pod.
func injected(pod *corev1.Pod) bool {
	_, ok := pod.Labels[stage.Injected]
	return ok
}
