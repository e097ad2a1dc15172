package webhook

import (
	"context"
	"fmt"
	"runtime/debug"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/softstop/softstop/config"
)

// Path is where the API server posts its reviews.
const Path = "/mutate"

// Cluster answers what the handler has to know about a pod's surroundings.
type Cluster interface {
	// Namespace returns the labels and annotations of a namespace: from a cache, or
	// fresh from the API server.
	Namespace(ctx context.Context, name string, fresh bool) (Namespace, error)
	// Nodes returns what every node that pod can land on has in common.
	Nodes(ctx context.Context, pod *corev1.Pod) (Nodes, error)
}

// Images answers what images run.
type Images interface {
	// Ask returns an answer for each of the named containers of pod, whose images may
	// run on platforms. It always answers, within its own budget.
	Ask(ctx context.Context, pod *corev1.Pod, containers, platforms []string) map[string]ImageAnswer
}

// Handler answers the API server's reviews of new pods.
type Handler struct {
	// Config is the cluster's configuration.
	Config config.Config
	// Cluster is asked about namespaces and nodes.
	Cluster Cluster
	// Images, if not nil, is asked about images whose command nobody else knows.
	Images Images
	// Version is the version of softstop.
	Version string
	// Observe, if not nil, is told about every plan, for metrics.
	Observe func(Plan)
}

// Handle implements admission.Handler. It never refuses a pod for an error of its own:
// a pod that starts without softstop is better than one that does not start.
func (h *Handler) Handle(ctx context.Context, request admission.Request) (response admission.Response) {
	log := ctrl.LoggerFrom(ctx)
	defer func() {
		if r := recover(); r != nil {
			log.Error(fmt.Errorf("panic: %v", r), "admitting the pod unchanged", "stack", string(debug.Stack()))
			response = unchanged(fmt.Errorf("internal error: %v", r))
		}
	}()
	if request.Operation != admissionv1.Create || request.Kind.Kind != "Pod" || request.SubResource != "" {
		return admission.Allowed("")
	}
	pod, err := decodePod(request)
	if err != nil {
		log.Error(err, "admitting the pod unchanged")
		return unchanged(err)
	}
	facts, err := h.facts(ctx, pod)
	if err != nil {
		log.Error(err, "admitting the pod unchanged")
		return unchanged(err)
	}
	plan, operations := Inject(pod, facts)
	if h.Observe != nil {
		h.Observe(plan)
	}
	response = respond(plan, operations, h.Config.Strict)
	log.V(1).Info("answered", "skip", plan.Skip, "operations", len(operations), "warnings", plan.Warnings)
	return response
}

// facts asks about the pod's surroundings.
func (h *Handler) facts(ctx context.Context, pod *corev1.Pod) (Facts, error) {
	namespace, err := h.Cluster.Namespace(ctx, pod.Namespace, false)
	if consent, _ := h.Config.ConsentOf(namespace.Labels, pod.Annotations); err == nil && !consent.In {
		// The API server thought otherwise, or it had not asked: a label may be so new
		// that the cache has not heard of it.
		namespace, err = h.Cluster.Namespace(ctx, pod.Namespace, true)
	}
	if err != nil {
		return Facts{}, fmt.Errorf("read namespace %q: %w", pod.Namespace, err)
	}
	nodes, err := h.Cluster.Nodes(ctx, pod)
	if err != nil {
		return Facts{}, fmt.Errorf("read nodes: %w", err)
	}
	facts := Facts{Config: h.Config, Namespace: namespace, Nodes: nodes, Version: h.Version}
	if wanted := Wanted(pod, facts); h.Images != nil && len(wanted) > 0 {
		facts.Images = h.Images.Ask(ctx, pod, wanted, nodes.Platforms)
	}
	return facts, nil
}
