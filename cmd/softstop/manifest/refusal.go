package manifest

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
)

// refusal says why softstop must not be put into a pod in its file, with what helps; empty if it
// may. The webhook meets the same pod later, when it is one that Kubernetes runs.
func refusal(apiVersion string, inside []string, pod *corev1.Pod) string {
	group, _, _ := strings.Cut(apiVersion, "/")
	annotate := fmt.Sprintf(`; set the annotation %s: "true" at %s: the webhook does it when the pod comes`,
		config.InjectKey, strings.Join(below(inside, "metadata", "annotations"), "."))
	switch group {
	case "serving.knative.dev":
		return "Knative takes some fields of a pod only, and refuses what inject would add" + annotate
	case "ray.io":
		return "KubeRay makes a command of its own from the container's" + annotate
	}
	for _, list := range []struct {
		name       string
		containers []corev1.Container
	}{{"initContainers", pod.Spec.InitContainers}, {"containers", pod.Spec.Containers}} {
		for i := range list.containers {
			if list.containers[i].Name == "" {
				return fmt.Sprintf("number %d of its %s has no name, without which the API server takes no pod; give it one", i+1, list.name)
			}
		}
	}
	return ""
}
