package webhook

import (
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// inits are programs that forward signals and reap: a container that starts with one
// keeps it.
func inits() []string {
	return []string{"tini", "tini-static", "dumb-init", "catatonit", "docker-init", "smell-baron", "podman-init", "go-init", "pid1", "softstop-init"}
}

// initSystems are programs that refuse to work unless they are process 1, by path
// where the name alone says too little.
func initSystems() []string {
	return []string{
		"/init", "/sbin/init", "/usr/sbin/init", "/lib/systemd/systemd", "/usr/lib/systemd/systemd", "systemd",
		"/sbin/my_init", "my_init", "runit", "runit-init", "runsvdir", "s6-svscan", "s6-overlay-suexec", "/package/admin/s6-overlay/libexec/preinit",
	}
}

// meshProxies are the containers that service meshes add, by name.
func meshProxies() []string {
	return []string{"istio-proxy", "linkerd-proxy", "consul-dataplane", "kuma-sidecar", "kong-mesh-sidecar", "osm-envoy", "envoy-sidecar", "istio-init", "linkerd-init"}
}

// InitOf says whether command starts with an init of its own.
func InitOf(command []string) Reason {
	program := command[0]
	base := path.Base(program)
	switch {
	case slices.Contains(initSystems(), program), slices.Contains(initSystems(), base):
		return ReasonMustBePID1
	case slices.Contains(inits(), base):
		return ReasonHasInit
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
