package webhook

import "github.com/softstop/softstop/initbin/program"

// meshProxies are the containers that service meshes add, by name.
func meshProxies() []string {
	return []string{"istio-proxy", "linkerd-proxy", "consul-dataplane", "kuma-sidecar", "kong-mesh-sidecar", "osm-envoy", "envoy-sidecar", "istio-init", "linkerd-init"}
}

// InitOf says whether command starts with an init of its own.
func InitOf(command []string) Reason {
	switch program.Of(command[0]).Kind {
	case program.System:
		return ReasonMustBePID1
	case program.Init:
		return ReasonHasInit
	}
	return ""
}
