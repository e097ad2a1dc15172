package inject

import "strings"

// MeshProxies are the containers that service meshes add, by name. Some meshes append the name of
// the service: consul-dataplane-NAME.
func MeshProxies() []string {
	return []string{
		"istio-proxy", "istio-init", "istio-validation", "linkerd-proxy", "linkerd-init", "linkerd-network-validator", "linkerd-debug",
		"consul-dataplane", "consul-connect-envoy-sidecar", "consul-connect-lifecycle-sidecar", "consul-sidecar", "envoy-sidecar",
		"kuma-sidecar", "kuma-init", "kong-mesh-sidecar", "kong-mesh-init", "osm-envoy", "osm-init", "nginx-mesh-sidecar", "nginx-mesh-init",
		"greymatter-sidecar", "cilium-envoy",
	}
}

// IsMeshProxy reports whether a container of this name is a service mesh's.
func IsMeshProxy(name string) bool {
	for _, proxy := range MeshProxies() {
		if rest, found := strings.CutPrefix(name, proxy); found && (rest == "" || rest[0] == '-') {
			return true
		}
	}
	return false
}
