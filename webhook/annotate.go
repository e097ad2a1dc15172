package webhook

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
)

const (
	// safeToEvict is the cluster autoscaler's list of volumes that do not keep a pod on
	// its node. Without our entry every injected pod's emptyDir would.
	safeToEvict = "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes"
	// maxAnnotations is how much the API server takes, keys and values together, in bytes.
	maxAnnotations = 256 << 10
)

// annotate plans what pod's annotations are to say. Where there is no room for it they
// stay as they are: everything else works without.
func (p *Plan) annotate(pod *corev1.Pod, version string) {
	if !p.tells(pod) {
		return
	}
	annotations := map[string]string{config.StatusKey: statusOf(pod, *p, version).String()}
	if c := p.Carrier; p.Skip == "" && c != nil && c.Kind == config.CarrierEmptyDir {
		list := pod.Annotations[safeToEvict]
		if !slices.Contains(strings.Split(list, ","), c.Volume) {
			list = strings.TrimPrefix(list+","+c.Volume, ",")
		}
		annotations[safeToEvict] = list
	}
	if size(pod.Annotations, annotations) > maxAnnotations {
		p.warn("the pod's annotations leave no room for %s: Kubernetes takes 256 KiB in all; shorten them", config.StatusKey)
		return
	}
	p.Annotations = annotations
}

// tells reports whether the status is to be written. A pod that did not want softstop is
// none of our business, the API server's copy of a static pod must stay what the kubelet
// has, and what an earlier pass wrote about the containers of a pod that is now left
// alone still tells how to undo it.
func (p *Plan) tells(pod *corev1.Pod) bool {
	if p.Skip == "" {
		return true
	}
	earlier, _ := ReadStatus(pod.Annotations[config.StatusKey])
	return p.Consent.In && p.Skip != ReasonMirrorPod && len(earlier.Containers) == 0
}

// size is how the API server counts annotations, in bytes: here those of have, with more
// added or put in their place.
func size(have, more map[string]string) (bytes int) {
	for key, value := range have {
		if _, replaced := more[key]; !replaced {
			bytes += len(key) + len(value)
		}
	}
	for key, value := range more {
		bytes += len(key) + len(value)
	}
	return bytes
}

// sameStatus reports whether both annotations have a status, and the same but for the
// version that wrote it.
func sameStatus(have, want map[string]string) bool {
	old, err := ReadStatus(have[config.StatusKey])
	if err != nil {
		return false
	}
	now, err := ReadStatus(want[config.StatusKey])
	return err == nil && now.same(old)
}
