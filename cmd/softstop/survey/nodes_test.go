package survey

import (
	"errors"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/config"
)

// TestOnNode: what a node decided about a pod that its plugin was to wrap.
func TestOnNode(t *testing.T) {
	const plan = `{"carrier":"node","containers":[{"name":"setup","action":"left","reason":"init-container"},{"name":"app","action":"wrapped"},{"name":"own","action":"hooks-only","reason":"has-init"}]}`
	for name, c := range map[string]struct {
		outcomes Outcomes
		problem  error
		state    State
		why      string
	}{
		"wrapped":              {Outcomes{"1": "wrapped"}, nil, Injected, "own is not wrapped (has-init)"},
		"no plugin was there":  {Outcomes{"1": "no-plugin"}, nil, Missed, "app is not wrapped (no-plugin): no plugin was there when the node started the container; create the pod again"},
		"an init of its own":   {Outcomes{"1": "has-init"}, nil, Injected, "own is not wrapped (has-init), app is not wrapped (has-init)"},
		"another plan":         {Outcomes{"1": "plan-unknown"}, nil, Missed, "app is not wrapped (plan-unknown): "},
		"nobody answers":       {nil, errors.New("it is forbidden"), Injected, "own is not wrapped (has-init), whether app is wrapped is not known: it is forbidden"},
		"another container's":  {Outcomes{"2": "no-plugin"}, nil, Injected, "own is not wrapped (has-init), whether app is wrapped is not known to the plugin on node n1"},
		"a word of tomorrow's": {Outcomes{"1": "tomorrow"}, nil, Injected, "own is not wrapped (has-init), app is not wrapped (tomorrow)"},
	} {
		pod := &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{config.StatusKey: plan}, Labels: map[string]string{config.InjectedKey: "true"}},
			Spec:       corev1.PodSpec{NodeName: "n1", Containers: []corev1.Container{{Name: "app", Image: "app:1", Command: []string{"/app"}}}},
			Status:     corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{{Name: "app", ContainerID: "containerd://1"}, {Name: "own"}}},
		}
		got := Judge(pod, Namespace{}, Install{Config: config.Default()}, c.outcomes, c.problem)
		if got.State != c.state || !strings.HasPrefix(got.Why, c.why) {
			t.Errorf("%s: %s, %q; want %s, %q", name, got.State, got.Why, c.state, c.why)
		}
	}
}
