package inject

import (
	"slices"
	"strings"

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
func (p *Plan) annotate(version string) {
	if !p.tells() {
		return
	}
	have := p.ours.bare.Annotations
	annotations := map[string]string{config.StatusKey: statusOf(*p, version).String()}
	if c := p.Carrier; p.Skip == "" && c != nil && c.Kind == config.CarrierEmptyDir {
		list := have[safeToEvict]
		if !slices.Contains(strings.Split(list, ","), c.Volume) {
			list = strings.TrimPrefix(list+","+c.Volume, ",")
		}
		annotations[safeToEvict] = list
	}
	if size(have, annotations) > maxAnnotations {
		p.warn("", "the pod's annotations leave no room for %s: Kubernetes takes 256 KiB in all; shorten them", config.StatusKey)
		return
	}
	p.Annotations = annotations
}

// tells reports whether the status is to be written. A pod that did not want softstop is
// none of our business, and the API server's copy of a static pod must stay what the
// kubelet has.
func (p *Plan) tells() bool {
	return p.Skip == "" || p.Consent.In && !p.leaves()
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
