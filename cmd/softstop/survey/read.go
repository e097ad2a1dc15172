package survey

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/tools/pager"

	"github.com/softstop/softstop/cmd/softstop/finding"
	"github.com/softstop/softstop/webhook/inject"
)

// Cluster is whom to ask.
type Cluster struct {
	Typed    kubernetes.Interface
	Metadata metadata.Interface
}

// Scope is what to look at.
type Scope struct {
	// Namespace is the only one; empty means all.
	Namespace string
	// Labels selects pods, as kubectl -l does.
	Labels string
}

// Progress is told how many objects of a kind, such as pods, were read so far, after each.
type Progress func(kind string, n int)

// Read judges every running pod of a scope and returns their workloads.
func Read(ctx context.Context, cluster Cluster, scope Scope, install Install, progress Progress) ([]Workload, error) {
	namespaces, err := readNamespaces(ctx, cluster, scope.Namespace, progress)
	if err != nil {
		return nil, err
	}
	owners := map[key]key{}
	for _, resource := range []schema.GroupVersionResource{
		{Group: "apps", Version: "v1", Resource: "replicasets"}, {Group: "batch", Version: "v1", Resource: "jobs"},
	} {
		if err := readOwners(ctx, cluster, scope.Namespace, resource, owners, progress); err != nil {
			return nil, err
		}
	}
	workloads := map[key]*Workload{}
	plugins := nodes{cluster: cluster.Typed, namespace: install.Namespace, asked: map[string]answer{}}
	pods := 0
	list := func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
		return cluster.Typed.CoreV1().Pods(scope.Namespace).List(ctx, options)
	}
	err = pager.New(list).EachListItem(ctx, metav1.ListOptions{LabelSelector: scope.Labels}, func(object runtime.Object) error {
		pod, is := object.(*corev1.Pod)
		pods++
		progress("pods", pods)
		if !is || !running(pod) {
			return nil
		}
		k := ownerOf(pod, owners)
		if workloads[k] == nil {
			workloads[k] = &Workload{Namespace: k.namespace, Kind: k.kind, Name: k.name, Findings: []finding.Finding{}}
		}
		outcomes, problem := plugins.of(ctx, pod)
		workloads[k].add(Judge(pod, namespaces[pod.Namespace], install, outcomes, problem))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list pods: %w", err)
	}
	return sorted(workloads), nil
}

// running reports whether pod has still to be stopped.
func running(pod *corev1.Pod) bool {
	return pod.DeletionTimestamp == nil && pod.Status.Phase != corev1.PodSucceeded && pod.Status.Phase != corev1.PodFailed
}

func readNamespaces(ctx context.Context, cluster Cluster, only string, progress Progress) (map[string]Namespace, error) {
	namespaces := map[string]Namespace{}
	keep := func(n *corev1.Namespace) {
		namespaces[n.Name] = Namespace{
			Namespace: inject.Namespace{Name: n.Name, Labels: n.Labels, Annotations: n.Annotations},
			OptedIn:   optedIn(n.ManagedFields),
		}
	}
	if only != "" {
		namespace, err := cluster.Typed.CoreV1().Namespaces().Get(ctx, only, metav1.GetOptions{})
		if err != nil {
			return nil, fmt.Errorf("read namespace %q: %w", only, err)
		}
		keep(namespace)
		return namespaces, nil
	}
	list := func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
		return cluster.Typed.CoreV1().Namespaces().List(ctx, options)
	}
	err := pager.New(list).EachListItem(ctx, metav1.ListOptions{}, func(object runtime.Object) error {
		if namespace, is := object.(*corev1.Namespace); is {
			keep(namespace)
			progress("namespaces", len(namespaces))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list namespaces: %w", err)
	}
	return namespaces, nil
}

// readOwners reads who controls the objects of a resource, of which nothing else is of
// interest.
func readOwners(ctx context.Context, cluster Cluster, namespace string, resource schema.GroupVersionResource, owners map[key]key, progress Progress) error {
	read := 0
	list := func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
		return cluster.Metadata.Resource(resource).Namespace(namespace).List(ctx, options)
	}
	err := pager.New(list).EachListItem(ctx, metav1.ListOptions{}, func(object runtime.Object) error {
		controlled, err := meta.Accessor(object)
		if err != nil {
			return err
		}
		read++
		progress(resource.Resource, read)
		if owner := metav1.GetControllerOf(controlled); owner != nil {
			kind := map[string]string{"replicasets": "ReplicaSet", "jobs": "Job"}[resource.Resource]
			owners[key{controlled.GetNamespace(), kind, controlled.GetName()}] = key{controlled.GetNamespace(), owner.Kind, owner.Name}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("list %s: %w", resource.Resource, err)
	}
	return nil
}

// ownerOf returns the workload that people know pod by.
func ownerOf(pod *corev1.Pod, owners map[key]key) key {
	owner := metav1.GetControllerOf(pod)
	if owner == nil {
		return key{pod.Namespace, "Pod", pod.Name}
	}
	k := key{pod.Namespace, owner.Kind, owner.Name}
	if above, ok := owners[k]; ok {
		return above
	}
	return k
}
