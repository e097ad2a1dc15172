package inject

import (
	"strings"

	"github.com/softstop/softstop/initbin/program"
	"github.com/softstop/softstop/webhook/commandline"
)

// meshProxies are the containers that service meshes add, by name; some append the name of
// the service to it.
func meshProxies() []string {
	return []string{
		"istio-proxy", "istio-init", "istio-validation", "linkerd-proxy", "linkerd-init", "linkerd-network-validator", "linkerd-debug",
		"consul-dataplane", "consul-connect-envoy-sidecar", "consul-connect-lifecycle-sidecar", "consul-sidecar", "envoy-sidecar",
		"kuma-sidecar", "kuma-init", "kong-mesh-sidecar", "kong-mesh-init", "osm-envoy", "osm-init", "nginx-mesh-sidecar", "nginx-mesh-init",
		"greymatter-sidecar", "cilium-envoy",
	}
}

// IsMeshProxy reports whether a container of this name is a service mesh's.
func IsMeshProxy(name string) bool {
	for _, proxy := range meshProxies() {
		if rest, found := strings.CutPrefix(name, proxy); found && (rest == "" || rest[0] == '-') {
			return true
		}
	}
	return false
}

// InitOf says whether command ends up with an init of its own as process 1: certainly with
// one that does softstop's work, or possibly with a system that does not work otherwise. given
// are the variables that its shells begin with; nil if none is known.
func InitOf(command []string, given commandline.Variables) Reason {
	inits, others := 0, 0
	for _, end := range commandline.Ends(command, given) {
		switch program.Of(end.Words[0]).Kind {
		case program.System:
			return ReasonMustBePID1
		case program.Onlooker:
		case program.Init:
			if end.Becomes {
				inits++
				continue
			}
			others++
		default:
			others++
		}
	}
	if inits > 0 && others == 0 {
		return ReasonHasInit
	}
	return ""
}
