package webhook

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"gomodules.xyz/jsonpatch/v2"
	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
)

// Path is where the API server posts its reviews.
const Path = "/mutate"

// Cluster answers what the handler has to know about a pod's surroundings.
type Cluster interface {
	// Namespace returns the labels and annotations of a namespace: from a cache, or
	// fresh from the API server.
	Namespace(ctx context.Context, name string, fresh bool) (inject.Namespace, error)
	// Nodes returns what every node that pod can land on has in common.
	Nodes(ctx context.Context, pod *corev1.Pod) (inject.Nodes, error)
}

// Images answers what images run.
type Images interface {
	// Ask returns an answer for each of the named containers of pod, whose images may
	// run on platforms. It always answers, within its own budget.
	Ask(ctx context.Context, pod *corev1.Pod, containers, platforms []string) map[string]inject.ImageAnswer
}

// Settings are what can change while the webhook runs.
type Settings struct {
	// Config is the cluster's configuration.
	Config config.Config
	// Images, if not nil, is asked about images whose command nobody else knows.
	Images Images
}

// Handler answers the API server's reviews of new pods.
type Handler struct {
	// Settings returns what holds now; it is asked once for each review.
	Settings func() Settings
	// Cluster is asked about namespaces and nodes.
	Cluster Cluster
	// Version is the version of softstop.
	Version string
	// Observe, if not nil, is told how each review ended. It must not take long.
	Observe func(Outcome)

	pods decoder
}

// Outcome is how one review ended, for metrics and events.
type Outcome struct {
	// Pod is the pod as it was sent, for reading only; nil if it could not be read.
	Pod *corev1.Pod
	// DryRun means that no pod comes of it.
	DryRun bool
	// Failure is where softstop itself failed, and the pod was admitted unchanged; empty
	// if it did not. The other fields are empty otherwise.
	Failure Failure
	// Plan is what is done to the pod.
	Plan inject.Plan
	// PatchBytes is the length of the patch.
	PatchBytes int
}

// Failure is one of a few words for where softstop itself failed.
type Failure string

// The failures.
const (
	// FailureDecode means that the pod could not be read.
	FailureDecode Failure = "decode"
	// FailureSurroundings means that the namespace or the nodes could not be read.
	FailureSurroundings Failure = "surroundings"
	// FailurePanic means a mistake of softstop's.
	FailurePanic Failure = "panic"
)

// Failures returns the whole list.
func Failures() []Failure { return []Failure{FailureDecode, FailureSurroundings, FailurePanic} }

// Handle implements admission.Handler. It never refuses a pod for an error of its own:
// a pod that starts without softstop is better than one that does not start.
func (h *Handler) Handle(ctx context.Context, request admission.Request) (response admission.Response) {
	outcome := Outcome{DryRun: ptr.Deref(request.DryRun, false)}
	fail := func(failure Failure, err error, details ...any) admission.Response {
		ctrl.LoggerFrom(ctx).Error(err, "admitting the pod unchanged", details...)
		h.observe(ctx, Outcome{Pod: outcome.Pod, DryRun: outcome.DryRun, Failure: failure})
		return unchanged(err)
	}
	defer func() {
		if r := recover(); r != nil {
			response = fail(FailurePanic, fmt.Errorf("internal error: %v", r), "stack", string(debug.Stack()))
		}
	}()
	if request.Operation != admissionv1.Create || request.Kind.Kind != "Pod" || request.SubResource != "" {
		return admission.Allowed("")
	}
	pod, err := h.pods.decode(request)
	if errors.Is(err, errTooLarge) {
		outcome.Plan = inject.TooLarge()
		h.observe(ctx, outcome)
		return respond(outcome.Plan, nil)
	}
	if err != nil {
		return fail(FailureDecode, err)
	}
	outcome.Pod = pod
	plan, operations, err := h.inject(ctx, pod)
	if err != nil {
		return fail(FailureSurroundings, err)
	}
	response = respond(plan, operations)
	outcome.Plan, outcome.PatchBytes = plan, len(response.Patch)
	h.observe(ctx, outcome)
	ctrl.LoggerFrom(ctx).V(1).Info("answered", "skip", plan.Skip, "operations", len(operations), "warnings", len(plan.Warnings))
	return response
}

// observe calls Observe. It recovers here, so that a faulty observer cannot fail the request.
func (h *Handler) observe(ctx context.Context, outcome Outcome) {
	if h.Observe == nil {
		return
	}
	defer func() {
		if r := recover(); r != nil {
			ctrl.LoggerFrom(ctx).Error(fmt.Errorf("internal error: %v", r), "a review is not counted", "stack", string(debug.Stack()))
		}
	}()
	h.Observe(outcome)
}

// inject asks about the pod's surroundings, then about its images, and has the engine decide.
func (h *Handler) inject(ctx context.Context, pod *corev1.Pod) (inject.Plan, []jsonpatch.Operation, error) {
	settings := h.Settings()
	facts := inject.Facts{Config: settings.Config, Version: h.Version}
	var err error
	if facts.Nodes, err = h.Cluster.Nodes(ctx, pod); err != nil {
		return inject.Plan{}, nil, fmt.Errorf("read nodes: %w", err)
	}
	open := func(fresh bool) (*inject.Case, error) {
		if facts.Namespace, err = h.Cluster.Namespace(ctx, pod.Namespace, fresh); err != nil {
			return nil, fmt.Errorf("read namespace %q: %w", pod.Namespace, err)
		}
		return inject.Open(pod, facts), nil
	}
	c, err := open(false)
	if err == nil && !c.Consent().In {
		// The API server thought otherwise, or it had not asked: a label may be so new
		// that the cache has not heard of it.
		c, err = open(true)
	}
	if err != nil {
		return inject.Plan{}, nil, err
	}
	var images map[string]inject.ImageAnswer
	if wanted := c.Wanted(); settings.Images != nil && len(wanted) > 0 {
		images = settings.Images.Ask(ctx, pod, wanted, facts.Nodes.Platforms)
	}
	plan, operations := c.Inject(images)
	return plan, operations, nil
}
