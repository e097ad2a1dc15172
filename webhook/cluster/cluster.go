package cluster

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/version"
	"k8s.io/component-helpers/scheduling/corev1/nodeaffinity"
	ctrlcache "sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/softstop/softstop/webhook"
)

// Cluster implements webhook.Cluster.
type Cluster struct {
	// Cached reads from the manager's caches.
	Cached client.Reader
	// Direct asks the API server, for a namespace that the cache does not know yet.
	Direct client.Reader
	// ServerVersion is the API server's version, such as v1.36.3.
	ServerVersion string
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
		Status:     corev1.NodeStatus{NodeInfo: node.Status.NodeInfo},
	}, nil
}

// Namespace implements webhook.Cluster.
func (c *Cluster) Namespace(ctx context.Context, name string, fresh bool) (webhook.Namespace, error) {
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
		return webhook.Namespace{}, err
	}
	return webhook.Namespace{Name: name, Labels: namespace.Labels, Annotations: namespace.Annotations}, nil
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
// version, but image volumes need a node that is known to have them.
func (c *Cluster) Nodes(ctx context.Context, pod *corev1.Pod) (webhook.Nodes, error) {
	var nodes corev1.NodeList
	if err := c.Cached.List(ctx, &nodes, client.UnsafeDisableDeepCopy); err != nil {
		return webhook.Nodes{}, err
	}
	affinity := nodeaffinity.GetRequiredNodeAffinity(pod)
	versions := []string{c.ServerVersion}
	var platforms []string
	canMount := true
	for i := range nodes.Items {
		// A selector that cannot be read matches no node; the API server refuses the pod.
		if can, err := affinity.Match(&nodes.Items[i]); err != nil || !can {
			continue
		}
		info := nodes.Items[i].Status.NodeInfo
		versions = append(versions, info.KubeletVersion)
		canMount = canMount && runtimeHasImageVolumes(info.ContainerRuntimeVersion)
		platforms = append(platforms, info.OperatingSystem+"/"+info.Architecture)
	}
	slices.Sort(platforms)
	return webhook.Nodes{
		SleepAction:  allAtLeast(versions, sleepActionSince),
		ImageVolumes: canMount && len(platforms) > 0 && allAtLeast(versions, imageVolumesSince),
		Platforms:    slices.Compact(platforms),
	}, nil
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
