package cluster

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/rest"
	ctrlcache "sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/softstop/softstop/webhook/inject"
)

// PluginCache makes a cache of the plugins' pods, which are in one namespace and understand what this
// webhook plans.
func PluginCache(config *rest.Config, namespace string) (ctrlcache.Cache, error) {
	ours := labels.SelectorFromSet(labels.Set{inject.PlanLabel: inject.PlanVersion})
	cache, err := ctrlcache.New(config, ctrlcache.Options{
		ReaderFailOnMissingInformer: true,
		DefaultNamespaces:           map[string]ctrlcache.Config{namespace: {LabelSelector: ours}},
		ByObject:                    map[client.Object]ctrlcache.ByObject{&corev1.Pod{}: {Transform: trimPlugin}},
	})
	if err != nil {
		return nil, fmt.Errorf("make a cache of the nodes' plugins: %w", err)
	}
	return cache, nil
}

// trimPlugin drops from a plugin's pod what nodesOf does not look at.
func trimPlugin(object any) (any, error) {
	pod, ok := object.(*corev1.Pod)
	if !ok {
		return object, nil
	}
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: pod.Name, Namespace: pod.Namespace, UID: pod.UID, ResourceVersion: pod.ResourceVersion,
			Labels: pod.Labels, DeletionTimestamp: pod.DeletionTimestamp,
		},
		Spec:   corev1.PodSpec{NodeName: pod.Spec.NodeName},
		Status: corev1.PodStatus{Conditions: pod.Status.Conditions},
	}, nil
}

// havePlugins reports whether every one of nodes, and there is one, has a ready plugin.
func (c *Cluster) havePlugins(ctx context.Context, nodes []*corev1.Node) (bool, error) {
	if c.Plugins == nil || len(nodes) == 0 {
		return false, nil
	}
	var pods corev1.PodList
	if err := c.Plugins.List(ctx, &pods, client.UnsafeDisableDeepCopy); err != nil {
		return false, fmt.Errorf("list the nodes' plugins: %w", err)
	}
	ready := nodesOf(pods.Items)
	for _, node := range nodes {
		if !ready[node.Name] {
			return false, nil
		}
	}
	return true, nil
}

// nodesOf are the names of the nodes on which one of pods is ready, and is going to stay.
func nodesOf(pods []corev1.Pod) map[string]bool {
	ready := map[string]bool{}
	for i := range pods {
		if pods[i].DeletionTimestamp != nil {
			continue
		}
		for _, condition := range pods[i].Status.Conditions {
			if condition.Type == corev1.PodReady && condition.Status == corev1.ConditionTrue {
				ready[pods[i].Spec.NodeName] = true
			}
		}
	}
	return ready
}
