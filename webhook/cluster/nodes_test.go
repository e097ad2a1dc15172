package cluster

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/softstop/softstop/webhook/inject"
)

// nodes is a cache with these nodes in it; it counts how often it is listed.
type nodes struct {
	client.Reader
	items  []corev1.Node
	listed int
}

func (n *nodes) List(_ context.Context, list client.ObjectList, _ ...client.ListOption) error {
	n.listed++
	// By value, as controller-runtime's cache does.
	list.(*corev1.NodeList).Items = slices.Clone(n.items)
	return nil
}

// trim makes of the nodes what the cache holds of them.
func (n *nodes) trim(t *testing.T) {
	t.Helper()
	for i := range n.items {
		trimmed, err := Trim(&n.items[i])
		if err != nil {
			t.Fatal(err)
		}
		n.items[i] = *trimmed.(*corev1.Node)
	}
}

func node(i int, zone, kubelet, platform string) corev1.Node {
	return corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprint("node-", i), Labels: map[string]string{"zone": zone}},
		Status: corev1.NodeStatus{NodeInfo: corev1.NodeSystemInfo{
			KubeletVersion: kubelet, ContainerRuntimeVersion: "containerd://2.1.4", OperatingSystem: "linux", Architecture: platform,
		}},
	}
}

func selecting(zone string) *corev1.Pod {
	return &corev1.Pod{Spec: corev1.PodSpec{NodeSelector: map[string]string{"zone": zone}}}
}

// TestNodesBySelector asks for the nodes of several pods twice: what is remembered of one selector
// is not another's answer.
func TestNodesBySelector(t *testing.T) {
	cache := &nodes{items: []corev1.Node{node(0, "a", "v1.36.1", "amd64"), node(1, "b", "v1.29.0", "arm64")}}
	c := &Cluster{Cached: cache, ServerVersion: "v1.36.3"}
	for range 2 {
		for _, want := range []struct {
			pod   *corev1.Pod
			nodes inject.Nodes
		}{
			{&corev1.Pod{}, inject.Nodes{Platforms: []string{"linux/amd64", "linux/arm64"}}},
			{selecting("a"), inject.Nodes{SleepAction: true, ImageVolumes: true, Platforms: []string{"linux/amd64"}}},
			{selecting("b"), inject.Nodes{Platforms: []string{"linux/arm64"}}},
			{selecting("none"), inject.Nodes{SleepAction: true}},
		} {
			got, err := c.Nodes(t.Context(), want.pod)
			if err != nil || fmt.Sprint(got) != fmt.Sprint(want.nodes) {
				t.Errorf("%v: got %+v, want %+v (%v)", want.pod.Spec.NodeSelector, got, want.nodes, err)
			}
		}
	}
}

// TestTaints: a node that a pod can never land on has no say in what it gets; a taint that
// comes and goes keeps nobody off, and one on every node counts for none.
func TestTaints(t *testing.T) {
	tainted := func(key string, effect corev1.TaintEffect) corev1.Node {
		n := node(1, "a", "v1.20.0", "virtual")
		n.Spec.Taints = []corev1.Taint{{Key: key, Value: "azure", Effect: effect}}
		return n
	}
	good := node(0, "a", "v1.36.1", "amd64")
	both := inject.Nodes{Platforms: []string{"linux/amd64", "linux/virtual"}}
	for name, c := range map[string]struct {
		nodes []corev1.Node
		bears corev1.Toleration
		want  inject.Nodes
	}{
		"NoSchedule":             {[]corev1.Node{good, tainted("virtual-kubelet.io/provider", corev1.TaintEffectNoSchedule)}, corev1.Toleration{}, inject.Nodes{SleepAction: true, ImageVolumes: true, Platforms: []string{"linux/amd64"}}},
		"NoExecute":              {[]corev1.Node{good, tainted("virtual-kubelet.io/provider", corev1.TaintEffectNoExecute)}, corev1.Toleration{}, inject.Nodes{SleepAction: true, ImageVolumes: true, Platforms: []string{"linux/amd64"}}},
		"PreferNoSchedule":       {[]corev1.Node{good, tainted("slow", corev1.TaintEffectPreferNoSchedule)}, corev1.Toleration{}, both},
		"borne":                  {[]corev1.Node{good, tainted("virtual-kubelet.io/provider", corev1.TaintEffectNoSchedule)}, corev1.Toleration{Key: "virtual-kubelet.io/provider", Operator: corev1.TolerationOpExists}, both},
		"all are borne":          {[]corev1.Node{good, tainted("virtual-kubelet.io/provider", corev1.TaintEffectNoSchedule)}, corev1.Toleration{Operator: corev1.TolerationOpExists}, both},
		"another value is borne": {[]corev1.Node{good, tainted("virtual-kubelet.io/provider", corev1.TaintEffectNoSchedule)}, corev1.Toleration{Key: "virtual-kubelet.io/provider", Value: "aws"}, inject.Nodes{SleepAction: true, ImageVolumes: true, Platforms: []string{"linux/amd64"}}},
		"cordoned for now":       {[]corev1.Node{good, tainted("node.kubernetes.io/unschedulable", corev1.TaintEffectNoSchedule)}, corev1.Toleration{}, both},
		"no other node":          {[]corev1.Node{tainted("agent-not-ready", corev1.TaintEffectNoSchedule)}, corev1.Toleration{}, inject.Nodes{Platforms: []string{"linux/virtual"}}},
	} {
		t.Run(name, func(t *testing.T) {
			cluster := &Cluster{Cached: &nodes{items: c.nodes}, ServerVersion: "v1.36.3"}
			cluster.Cached.(*nodes).trim(t)
			for _, tolerations := range [][]corev1.Toleration{{c.bears}, nil, {c.bears}} {
				got, err := cluster.Nodes(t.Context(), &corev1.Pod{Spec: corev1.PodSpec{Tolerations: tolerations}})
				if err != nil || tolerations != nil && fmt.Sprint(got) != fmt.Sprint(c.want) {
					t.Errorf("got %+v, want %+v (%v)", got, c.want, err)
				}
			}
		})
	}
}

// TestMemoForgets: an answer holds for a second and no longer, however often it is asked for or
// others are added.
func TestMemoForgets(t *testing.T) {
	var m memo
	begin := time.Now()
	m.put("a", inject.Nodes{SleepAction: true}, begin)
	m.put("b", inject.Nodes{}, begin.Add(fresh/2))
	if got, known := m.get("a", begin.Add(fresh)); !known || !got.SleepAction {
		t.Error("forgotten too early")
	}
	for _, selector := range []string{"a", "b"} {
		if _, known := m.get(selector, begin.Add(fresh+1)); known {
			t.Errorf("%s is remembered too long", selector)
		}
	}
}

// BenchmarkNodes asks about a pod in a cluster of 5,000 nodes.
func BenchmarkNodes(b *testing.B) {
	cache := &nodes{}
	for i := range 5000 {
		cache.items = append(cache.items, node(i, "a", "v1.36.1", "amd64"))
	}
	c := &Cluster{Cached: cache, ServerVersion: "v1.36.3"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Nodes(b.Context(), &corev1.Pod{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(cache.listed), "lists")
}
