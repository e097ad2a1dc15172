package inject

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/config"
)

// podReason says why the whole pod is left alone.
func podReason(pod *corev1.Pod, consent config.Consent, facts Facts) Reason {
	switch {
	case !consent.In && consent.By == config.SourceConfig:
		return ReasonNotOptedIn
	case !consent.In:
		return ReasonOptedOut
	case NeverServed(facts.Namespace.Name) && !facts.Requested:
		return ReasonNeverServed
	case pod.Annotations[corev1.MirrorPodAnnotationKey] != "":
		return ReasonMirrorPod
	case workflowEngine(pod):
		return ReasonWorkflowEngine
	}
	if reason := foreignOS(&pod.Spec, facts.Nodes); reason != "" {
		return reason
	}
	if grace := pod.Spec.TerminationGracePeriodSeconds; grace != nil && *grace == 0 {
		return ReasonGraceZero
	}
	return ""
}

// NeverServed reports whether the pods of a namespace are never sent to the webhook, whatever
// is configured: a cluster has to come up without it. (Its own namespace, and those that an
// installation excludes, only the installation knows.)
func NeverServed(namespace string) bool { return namespace == metav1.NamespaceSystem }

// foreignOS says whether the pod can only run where there are no Unix processes.
func foreignOS(spec *corev1.PodSpec, nodes Nodes) Reason {
	if spec.OS != nil && spec.OS.Name == corev1.Windows || selectsWindows(spec.NodeSelector) || requiresWindows(spec.Affinity) ||
		hasWindowsOptions(spec) || nodes.onlyWindows() || looksLikeWindows(spec) {
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

// labelSaysWindows reports whether only Windows nodes have label, or have it with values
// such as value. Kubernetes and the clouds have labels for the system, its distribution
// and its build.
func labelSaysWindows(label, value string) bool {
	_, name, prefixed := strings.Cut(label, "/")
	if !prefixed {
		return false
	}
	words := strings.Split(name, "-")
	return name == "windows-build" || slices.Contains(words, "os") && strings.HasPrefix(strings.ToLower(value), "windows")
}

func selectsWindows(selector map[string]string) bool {
	for label, value := range selector {
		if labelSaysWindows(label, value) {
			return true
		}
	}
	return false
}

// requiresWindows reports whether every node selector term asks for Windows nodes.
func requiresWindows(affinity *corev1.Affinity) bool {
	if affinity == nil || affinity.NodeAffinity == nil || affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution == nil {
		return false
	}
	terms := affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms
	windows := func(r corev1.NodeSelectorRequirement) bool {
		others := func(value string) bool { return !labelSaysWindows(r.Key, value) }
		switch r.Operator {
		case corev1.NodeSelectorOpIn:
			return len(r.Values) > 0 && !slices.ContainsFunc(r.Values, others)
		case corev1.NodeSelectorOpExists, corev1.NodeSelectorOpGt, corev1.NodeSelectorOpLt:
			return labelSaysWindows(r.Key, "")
		case corev1.NodeSelectorOpNotIn:
			return (r.Key == corev1.LabelOSStable || r.Key == labelOSBeta) && slices.Contains(r.Values, "linux")
		case corev1.NodeSelectorOpDoesNotExist:
		}
		return false
	}
	return len(terms) > 0 && !slices.ContainsFunc(terms, func(t corev1.NodeSelectorTerm) bool {
		return !slices.ContainsFunc(t.MatchExpressions, windows)
	})
}

// labelOSBeta is what corev1.LabelOSStable was called before Kubernetes 1.14.
const labelOSBeta = "beta.kubernetes.io/os"

// hasWindowsOptions reports whether the pod or one of its containers has the security
// options that only Windows knows.
func hasWindowsOptions(spec *corev1.PodSpec) bool {
	says := func(options *corev1.WindowsSecurityContextOptions) bool {
		return options != nil && *options != (corev1.WindowsSecurityContextOptions{})
	}
	if of := spec.SecurityContext; of != nil && says(of.WindowsOptions) {
		return true
	}
	return slices.ContainsFunc(slices.Concat(spec.InitContainers, spec.Containers), func(c corev1.Container) bool {
		return c.SecurityContext != nil && says(c.SecurityContext.WindowsOptions)
	})
}

// onlyWindows reports whether there are nodes that the pod can land on, all with Windows.
func (n Nodes) onlyWindows() bool {
	return len(n.Platforms) > 0 && !slices.ContainsFunc(n.Platforms, func(p string) bool { return !strings.HasPrefix(p, "windows/") })
}

// workflowEngine reports whether a workflow engine runs the pod's steps itself.
func workflowEngine(pod *corev1.Pod) bool {
	for _, label := range WorkflowLabels() {
		if _, found := pod.Labels[label]; found {
			return true
		}
	}
	return false
}

// WorkflowLabels are the labels by which the pods of workflow engines are known.
func WorkflowLabels() []string {
	return []string{"tekton.dev/taskRun", "tekton.dev/pipelineRun", "workflows.argoproj.io/workflow"}
}
