package finding

import (
	"fmt"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/webhook/inject"
)

// namesOf finds the containers of a pod in which a hook or a probe names process 1 in a way that is
// not the same under an init: softstop leaves them their own process 1, unless somebody named them.
func namesOf(pod *corev1.Pod, plan inject.Plan) (all []Finding) {
	for _, choice := range plan.Containers {
		for field, list := range map[string][]corev1.Container{"containers": pod.Spec.Containers, "initContainers": pod.Spec.InitContainers} {
			i := slices.IndexFunc(list, func(c corev1.Container) bool { return c.Name == choice.Name })
			if i < 0 || choice.Action == inject.Left || choice.Reason == inject.ReasonMeshSidecar {
				continue
			}
			command := inject.MindsProcess1(&list[i])
			if command == "" {
				continue
			}
			comes := "so softstop leaves its process 1 alone"
			if choice.Action == inject.Wrapped {
				comes = "and process 1 will be the init"
			}
			what := fmt.Sprintf("a hook or a probe runs %q, %s", command, comes)
			all = append(all, found(NamesPID1, choice.Name, what, "spec", field, strconv.Itoa(i)))
		}
	}
	return all
}
