package inject

import (
	corev1 "k8s.io/api/core/v1"
)

// installerResources returns the installer's requests and limits: those of one of the
// pod's own containers, for cpu, memory and ephemeral storage.
//
// Copying one container's figures is what keeps everything as it was. A pod asks the
// scheduler and a quota for the larger of its init containers and the sum of its
// containers, so one of the addends adds nothing. A pod whose containers all have
// equal requests and limits stays Guaranteed, one that has none stays BestEffort. What
// passes a LimitRange once passes it twice. Devices, hugepages and claims are never
// copied; a pod with resources of its own level needs none.
func installerResources(pod *corev1.Pod) corev1.ResourceRequirements {
	if r := pod.Spec.Resources; r != nil && (len(r.Requests) > 0 || len(r.Limits) > 0) {
		return corev1.ResourceRequirements{}
	}
	var best corev1.ResourceRequirements
	for i := range pod.Spec.Containers {
		copied := corev1.ResourceRequirements{
			Requests: ordinary(pod.Spec.Containers[i].Resources.Requests),
			Limits:   ordinary(pod.Spec.Containers[i].Resources.Limits),
		}
		if better(copied, best) {
			best = copied
		}
	}
	return best
}

// ordinary returns the part of list that every container can be given.
func ordinary(list corev1.ResourceList) corev1.ResourceList {
	var kept corev1.ResourceList
	for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceEphemeralStorage} {
		if quantity, found := list[name]; found {
			if kept == nil {
				kept = corev1.ResourceList{}
			}
			kept[name] = quantity.DeepCopy()
		}
	}
	return kept
}

// better prefers the resources that say more, since a quota may demand each, then
// those with more memory, which the installer needs a little of.
func better(a, b corev1.ResourceRequirements) bool {
	countA, countB := len(a.Requests)+len(a.Limits), len(b.Requests)+len(b.Limits)
	if countA != countB {
		return countA > countB
	}
	memoryA, memoryB := a.Limits[corev1.ResourceMemory], b.Limits[corev1.ResourceMemory]
	return memoryA.Cmp(memoryB) > 0
}

// medium returns where the carrier's emptyDir is. The kubelet evicts a pod as soon as its
// containers' files, its logs and its volumes on disk hold more than the limits of its
// containers allow in all; so what the init needs must not be among them. A file in memory
// is not. (A higher limit for the installer would make room, too, but a quota or a LimitRange
// may refuse it.)
func medium(pod *corev1.Pod) corev1.StorageMedium {
	for _, c := range containersOf(pod) {
		if _, limited := c.Resources.Limits[corev1.ResourceEphemeralStorage]; limited {
			return corev1.StorageMediumMemory
		}
	}
	return corev1.StorageMediumDefault
}
