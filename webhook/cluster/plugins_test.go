package cluster

import (
	"context"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// plugins is a cache of the plugins' pods.
type plugins struct {
	client.Reader
	items []corev1.Pod
}

func (p *plugins) List(_ context.Context, list client.ObjectList, _ ...client.ListOption) error {
	list.(*corev1.PodList).Items = p.items
	return nil
}

// plugin is a plugin's pod as the cache holds it.
func plugin(t *testing.T, node string, ready corev1.ConditionStatus, leaves bool) corev1.Pod {
	t.Helper()
	pod := &corev1.Pod{
		Spec:   corev1.PodSpec{NodeName: node, Containers: []corev1.Container{{Name: "node"}}},
		Status: corev1.PodStatus{Conditions: []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionTrue}, {Type: corev1.PodReady, Status: ready}}},
	}
	if leaves {
		pod.DeletionTimestamp = &metav1.Time{}
	}
	trimmed, err := trimPlugin(pod)
	if err != nil {
		t.Fatal(err)
	}
	return *trimmed.(*corev1.Pod)
}

// TestPlugins: every node that a pod can land on must have a plugin that is ready and stays.
func TestPlugins(t *testing.T) {
	two := []corev1.Node{node(0, "a", "v1.36.1", "amd64"), node(1, "b", "v1.36.1", "amd64")}
	yes := func(node string) corev1.Pod { return plugin(t, node, corev1.ConditionTrue, false) }
	for name, c := range map[string]struct {
		plugins client.Reader
		pod     *corev1.Pod
		want    bool
	}{
		"none are watched":      {nil, &corev1.Pod{}, false},
		"none is there":         {&plugins{}, &corev1.Pod{}, false},
		"both":                  {&plugins{items: []corev1.Pod{yes("node-0"), yes("node-1")}}, &corev1.Pod{}, true},
		"one of two":            {&plugins{items: []corev1.Pod{yes("node-1")}}, &corev1.Pod{}, false},
		"the one that it needs": {&plugins{items: []corev1.Pod{yes("node-1")}}, selecting("b"), true},
		"the other one":         {&plugins{items: []corev1.Pod{yes("node-1")}}, selecting("a"), false},
		"no such node yet":      {&plugins{items: []corev1.Pod{yes("node-0"), yes("node-1")}}, selecting("c"), false},
		"one is not ready":      {&plugins{items: []corev1.Pod{yes("node-0"), plugin(t, "node-1", corev1.ConditionFalse, false)}}, &corev1.Pod{}, false},
		"one leaves":            {&plugins{items: []corev1.Pod{yes("node-0"), plugin(t, "node-1", corev1.ConditionTrue, true)}}, &corev1.Pod{}, false},
		"and the next is there": {&plugins{items: []corev1.Pod{yes("node-0"), plugin(t, "node-1", corev1.ConditionTrue, true), yes("node-1")}}, &corev1.Pod{}, true},
	} {
		t.Run(name, func(t *testing.T) {
			cluster := &Cluster{Cached: &nodes{items: two}, Plugins: c.plugins, ServerVersion: "v1.36.3"}
			got, err := cluster.Nodes(t.Context(), c.pod)
			if err != nil || got.Plugins != c.want {
				t.Errorf("got %v, want %v (%v)", got.Plugins, c.want, err)
			}
		})
	}
}
