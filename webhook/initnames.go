package webhook

import (
	"path"
	"slices"
)

// inits are programs that forward signals and reap: a container that starts with one
// keeps it.
func inits() []string {
	return []string{"tini", "tini-static", "dumb-init", "catatonit", "docker-init", "smell-baron", "podman-init", "go-init", "pid1", "softstop-init"}
}

// initSystems are programs that refuse to work unless they are process 1, by path
// where the name alone says too little.
func initSystems() []string {
	return []string{
		"/init", "/sbin/init", "/usr/sbin/init", "/lib/systemd/systemd", "/usr/lib/systemd/systemd", "systemd",
		"/sbin/my_init", "my_init", "runit", "runit-init", "runsvdir", "s6-svscan", "s6-overlay-suexec", "/package/admin/s6-overlay/libexec/preinit",
	}
}

// meshProxies are the containers that service meshes add, by name.
func meshProxies() []string {
	return []string{"istio-proxy", "linkerd-proxy", "consul-dataplane", "kuma-sidecar", "kong-mesh-sidecar", "osm-envoy", "envoy-sidecar", "istio-init", "linkerd-init"}
}

// InitOf says whether command starts with an init of its own.
func InitOf(command []string) Reason {
	program := command[0]
	base := path.Base(program)
	switch {
	case slices.Contains(initSystems(), program), slices.Contains(initSystems(), base):
		return ReasonMustBePID1
	case slices.Contains(inits(), base):
		return ReasonHasInit
	}
	return ""
}
