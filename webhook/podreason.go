package webhook

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
)

// podReason says why the whole pod is left alone.
func podReason(pod *corev1.Pod, consent config.Consent) Reason {
	switch {
	case !consent.In && consent.By == config.SourceConfig:
		return ReasonNotOptedIn
	case !consent.In:
		return ReasonOptedOut
	case pod.Annotations[corev1.MirrorPodAnnotationKey] != "":
		return ReasonMirrorPod
	case workflowEngine(pod):
		return ReasonWorkflowEngine
	}
	if reason := foreignOS(&pod.Spec); reason != "" {
		return reason
	}
	if grace := pod.Spec.TerminationGracePeriodSeconds; grace != nil && *grace == 0 {
		return ReasonGraceZero
	}
	return ""
}

// foreignOS says whether the pod can only run where there are no Unix processes.
func foreignOS(spec *corev1.PodSpec) Reason {
	if spec.OS != nil && spec.OS.Name == corev1.Windows || spec.NodeSelector[corev1.LabelOSStable] == "windows" || requiresWindows(spec.Affinity) {
		return ReasonWindows
	}
	if spec.RuntimeClassName != nil {
		name := strings.ToLower(*spec.RuntimeClassName)
		for _, word := range []string{"wasm", "spin", "slight", "wws", "lunatic"} {
			if strings.Contains(name, word) {
				return ReasonWasm
			}
		}
	}
	return ""
}

// requiresWindows reports whether every node selector term asks for Windows nodes.
func requiresWindows(affinity *corev1.Affinity) bool {
	if affinity == nil || affinity.NodeAffinity == nil || affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution == nil {
		return false
	}
	terms := affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms
	windows := func(r corev1.NodeSelectorRequirement) bool {
		return r.Key == corev1.LabelOSStable &&
			(r.Operator == corev1.NodeSelectorOpIn && len(r.Values) == 1 && r.Values[0] == "windows" ||
				r.Operator == corev1.NodeSelectorOpNotIn && slices.Contains(r.Values, "linux"))
	}
	return len(terms) > 0 && !slices.ContainsFunc(terms, func(t corev1.NodeSelectorTerm) bool {
		return !slices.ContainsFunc(t.MatchExpressions, windows)
	})
}

// workflowEngine reports whether a workflow engine runs the pod's steps itself.
func workflowEngine(pod *corev1.Pod) bool {
	for _, label := range []string{"tekton.dev/taskRun", "tekton.dev/pipelineRun", "workflows.argoproj.io/workflow"} {
		if _, found := pod.Labels[label]; found {
			return true
		}
	}
	return false
}
