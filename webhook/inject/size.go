package inject

import corev1 "k8s.io/api/core/v1"

// What a pod may have. A mutating webhook sees pods before anybody has validated them, so that
// nothing in them is bounded by somebody else.
const (
	// maxContainers is far above what a kubelet was ever asked to run in one pod.
	maxContainers = 100
	// maxLabel is the longest name of a container or a volume, maxName that of an object,
	// maxKey that of a label or an annotation.
	maxLabel, maxName, maxKey = 63, 253, 253 + 1 + 63
	// maxPath is the longest path that the kernel takes.
	maxPath = 4096
	// maxWritten bounds what a patch says of commands that are not the pod's own, in bytes: one of an
	// annotation or an image may be that of many containers.
	maxWritten = 64 << 10
	// maxListed is how many of a list are named in a message.
	maxListed = 10
)

// Beyond reports whether pod has more of something than a pod can have, such as 101 containers or a
// name of 300 bytes: the API server refuses it later, or no node runs it. Ask before Inject.
func Beyond(pod *corev1.Pod) bool {
	if len(pod.Spec.InitContainers)+len(pod.Spec.Containers) > maxContainers || size(pod.Annotations, nil) > maxAnnotations ||
		longer(maxName, pod.Name, pod.GenerateName, pod.Namespace) {
		return true
	}
	for key, value := range pod.Labels {
		if len(key) > maxKey || len(value) > maxLabel {
			return true
		}
	}
	for key := range pod.Annotations {
		if len(key) > maxKey {
			return true
		}
	}
	for _, owner := range pod.OwnerReferences {
		if longer(maxName, owner.Kind, owner.Name, string(owner.UID)) {
			return true
		}
	}
	for _, v := range pod.Spec.Volumes {
		if len(v.Name) > maxLabel {
			return true
		}
	}
	for _, list := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for i := range list {
			if containerBeyond(&list[i]) {
				return true
			}
		}
	}
	return false
}

func containerBeyond(c *corev1.Container) bool {
	if len(c.Name) > maxLabel || longer(maxPath, c.Image, c.TerminationMessagePath) {
		return true
	}
	for _, m := range c.VolumeMounts {
		if len(m.Name) > maxLabel || longer(maxPath, m.MountPath) {
			return true
		}
	}
	for _, d := range c.VolumeDevices {
		if len(d.Name) > maxLabel || longer(maxPath, d.DevicePath) {
			return true
		}
	}
	return false
}

// longer reports whether any of texts is longer than most, in bytes.
func longer(most int, texts ...string) bool {
	for _, text := range texts {
		if len(text) > most {
			return true
		}
	}
	return false
}
