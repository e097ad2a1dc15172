package inject

import (
	"gomodules.xyz/jsonpatch/v2"
	corev1 "k8s.io/api/core/v1"
)

// Inject decides and plans for pod and returns the operations that carry the plan out.
// It is the whole engine: the webhook and the people's CLI both call it.
func Inject(pod *corev1.Pod, facts Facts) (Plan, []jsonpatch.Operation) {
	plan := MakePlan(Decide(pod, facts), facts)
	return plan, Patch(pod, plan)
}

// Wanted returns the containers that could be wrapped if somebody knew what their
// image runs, those included of which an earlier pass knew it.
func Wanted(pod *corev1.Pod, facts Facts) []string {
	var names []string
	for _, choice := range Decide(pod, facts).Containers {
		if choice.Reason == ReasonNoCommand || choice.again {
			names = append(names, choice.Name)
		}
	}
	return names
}
