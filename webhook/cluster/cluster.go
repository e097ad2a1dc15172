package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/version"
	scheduling "k8s.io/component-helpers/scheduling/corev1"
	"k8s.io/component-helpers/scheduling/corev1/nodeaffinity"
	ctrlcache "sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/softstop/softstop/webhook/inject"
)

// Cluster implements webhook.Cluster.
type Cluster struct {
	// Cached reads from the manager's caches.
	Cached client.Reader
	// Direct asks the API server, for a namespace that the cache does not know yet.
	Direct client.Reader
	// Plugins reads the pods of the nodes' plugins, see PluginCache; nil if there are none.
	Plugins client.Reader
	// ServerVersion is the API server's version, such as v1.36.3.
	ServerVersion string

	nodes memo
}

// CacheOptions makes the caches hold only what Cluster reads.
func CacheOptions() ctrlcache.Options {
	return ctrlcache.Options{
		DefaultTransform: ctrlcache.TransformStripManagedFields(),
		ByObject:         map[client.Object]ctrlcache.ByObject{&corev1.Node{}: {Transform: Trim}},
	}
}

// Warm starts the caches, so that the first request does not wait for them.
func Warm(ctx context.Context, cache ctrlcache.Cache) error {
	for _, object := range []client.Object{&corev1.Node{}, &corev1.Namespace{}} {
		if _, err := cache.GetInformer(ctx, object); err != nil {
			return fmt.Errorf("start cache of %T: %w", object, err)
		}
	}
	return nil
}

// Trim drops from a node what Nodes does not look at.
func Trim(object any) (any, error) {
	node, ok := object.(*corev1.Node)
	if !ok {
		return object, nil
	}
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: node.Name, UID: node.UID, ResourceVersion: node.ResourceVersion, Labels: node.Labels},
		Spec:       corev1.NodeSpec{Taints: node.Spec.Taints},
		Status:     corev1.NodeStatus{NodeInfo: node.Status.NodeInfo},
	}, nil
}

// Namespace implements webhook.Cluster.
func (c *Cluster) Namespace(ctx context.Context, name string, fresh bool) (inject.Namespace, error) {
	var namespace corev1.Namespace
	reader := c.Cached
	if fresh {
		reader = c.Direct
	}
	err := reader.Get(ctx, client.ObjectKey{Name: name}, &namespace)
	if apierrors.IsNotFound(err) && !fresh { // made a moment ago
		err = c.Direct.Get(ctx, client.ObjectKey{Name: name}, &namespace)
	}
	if err != nil {
		return inject.Namespace{}, err
	}
	return inject.Namespace{Name: name, Labels: namespace.Labels, Annotations: namespace.Annotations}, nil
}

// The Kubernetes versions that brought what the webhook uses where it can.
const (
	sleepActionSince  = "1.30.0"
	imageVolumesSince = "1.36.0"
)

// runtimeHasImageVolumes reports whether a node's container runtime, such as
// containerd://2.1.0, can mount an image: a new kubelet may sit on an old runtime. Of a
// runtime that is not known here it is assumed not.
func runtimeHasImageVolumes(runtime string) bool {
	name, version, _ := strings.Cut(runtime, "://")
	since := map[string]string{"containerd": "2.1.0", "cri-o": "1.31.0"}[name]
	return since != "" && allAtLeast([]string{version}, since)
}

// Nodes implements webhook.Cluster. Without any node it answers by the API server's
// version, but image volumes need a node that is known to have them. The answer is
// shared, and for reading only.
func (c *Cluster) Nodes(ctx context.Context, pod *corev1.Pod) (inject.Nodes, error) {
	now, selector := time.Now(), selectorOf(pod)
	if answer, known := c.nodes.get(selector, now); known {
		return answer, nil
	}
	var nodes corev1.NodeList
	if err := c.Cached.List(ctx, &nodes, client.UnsafeDisableDeepCopy); err != nil {
		return inject.Nodes{}, err
	}
	landing := reachable(nodes.Items, pod)
	answer := c.inCommon(landing)
	var err error
	if answer.Plugins, err = c.havePlugins(ctx, landing); err != nil {
		return inject.Nodes{}, err
	}
	c.nodes.put(selector, answer, now)
	return answer, nil
}

// selectorOf is what a pod demands of its node and bears of it, as text; empty for most pods.
func selectorOf(pod *corev1.Pod) string {
	var required *corev1.NodeSelector
	if a := pod.Spec.Affinity; a != nil && a.NodeAffinity != nil {
		required = a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution
	}
	bears := slices.DeleteFunc(slices.Clone(pod.Spec.Tolerations), func(t corev1.Toleration) bool { return passes(t.Key) })
	if len(pod.Spec.NodeSelector) == 0 && required == nil && len(bears) == 0 {
		return ""
	}
	text, err := json.Marshal([]any{pod.Spec.NodeSelector, required, bears})
	if err != nil {
		return fmt.Sprint(pod.Spec.NodeSelector, required, bears) // strings and slices: never
	}
	return string(text)
}

// reachable are those of nodes that pod can land on: its selectors let it, and it bears
// their taints. Where a taint keeps it from every one of them, as all may have one for a
// while that an agent takes away, they all count.
func reachable(nodes []corev1.Node, pod *corev1.Pod) []*corev1.Node {
	affinity := nodeaffinity.GetRequiredNodeAffinity(pod)
	var matching, borne []*corev1.Node
	for i := range nodes {
		// A selector that cannot be read matches no node; the API server refuses the pod.
		if can, err := affinity.Match(&nodes[i]); err != nil || !can {
			continue
		}
		matching = append(matching, &nodes[i])
		if !keptOff(&nodes[i], pod) {
			borne = append(borne, &nodes[i])
		}
	}
	if len(borne) == 0 {
		return matching
	}
	return borne
}

// keptOff reports whether node has a taint that keeps pod off it for good.
func keptOff(node *corev1.Node, pod *corev1.Pod) bool {
	return slices.ContainsFunc(node.Spec.Taints, func(taint corev1.Taint) bool {
		if taint.Effect == corev1.TaintEffectPreferNoSchedule || passes(taint.Key) {
			return false
		}
		return !scheduling.TolerationsTolerateTaint(logr.Discard(), pod.Spec.Tolerations, &taint, true)
	})
}

// passes reports whether a taint comes and goes with a node's state: not ready,
// unreachable, cordoned, under pressure, not yet initialized.
func passes(taint string) bool {
	domain, _, _ := strings.Cut(taint, "/")
	return domain == "node.kubernetes.io" || domain == "node.cloudprovider.kubernetes.io"
}

// inCommon returns what all of nodes have in common.
func (c *Cluster) inCommon(nodes []*corev1.Node) inject.Nodes {
	versions, runtimes, platforms := map[string]bool{c.ServerVersion: true}, map[string]bool{}, map[string]bool{}
	for _, node := range nodes {
		info := node.Status.NodeInfo
		versions[info.KubeletVersion], runtimes[info.ContainerRuntimeVersion] = true, true
		platforms[info.OperatingSystem+"/"+info.Architecture] = true
	}
	canMount := len(runtimes) > 0
	for runtime := range runtimes {
		canMount = canMount && runtimeHasImageVolumes(runtime)
	}
	all := slices.Collect(maps.Keys(versions))
	return inject.Nodes{
		SleepAction:  allAtLeast(all, sleepActionSince),
		ImageVolumes: canMount && allAtLeast(all, imageVolumesSince),
		Platforms:    slices.Sorted(maps.Keys(platforms)),
	}
}

// allAtLeast reports whether every version is least or newer; a version that cannot be
// read counts as older.
func allAtLeast(versions []string, least string) bool {
	for _, v := range versions {
		parsed, err := version.ParseGeneric(v)
		if err != nil || !parsed.AtLeast(version.MustParseGeneric(least)) {
			return false
		}
	}
	return true
}
