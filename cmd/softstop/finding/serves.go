package finding

import (
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Service is what matters about a Service.
type Service struct {
	// Selector are the labels of its pods; a Service without any has none.
	Selector map[string]string
	// Targets are the ports of the pods that it sends requests to, by name or number.
	Targets []intstr.IntOrString
	// Headless means that it has no address of its own: clients choose a pod by themselves.
	Headless bool
}

// serves says how certain it is that requests still arrive at a container when it is told to stop:
// the level of no-drain, "" if none do, and what is so.
//
// A port that is named for metrics or for health, and an exporter, is asked by machines that do not
// mind. A Service that
// selects the pod and targets another of its ports is the proof; where Services were read and none
// does, nobody may come at all. Without a declared port and a Service nothing is evident: a probe
// is no client.
func (s *subject) serves(c *corev1.Container) (level Level, what string) {
	ports := slices.DeleteFunc(slices.Clone(c.Ports), func(p corev1.ContainerPort) bool { return forMachines(p.Name) })
	what = "it serves and has no preStop hook"
	if len(ports) == 0 || isExporter(c) {
		return "", ""
	}
	if len(s.Services) == 0 {
		return Warning, what
	}
	level, what = Note, "it has a port and no preStop hook, and no Service that was read sends it requests"
	for _, service := range s.Services {
		if len(service.Selector) == 0 || !labels.SelectorFromSet(service.Selector).Matches(labels.Set(s.pod.Labels)) || !targets(service, ports) {
			continue
		}
		if !service.Headless {
			return Warning, "a Service sends it requests, and it has no preStop hook"
		}
		what = "it has a port and no preStop hook, and clients find it through a headless Service"
	}
	return level, what
}

// targets reports whether a Service sends requests to one of ports.
func targets(service Service, ports []corev1.ContainerPort) bool {
	return slices.ContainsFunc(service.Targets, func(target intstr.IntOrString) bool {
		return slices.ContainsFunc(ports, func(p corev1.ContainerPort) bool {
			return target.Type == intstr.String && target.StrVal == p.Name || target.Type == intstr.Int && target.IntVal == p.ContainerPort
		})
	})
}

// forMachines reports whether a port's name says that it is only there for metrics, health or
// debugging: metrics, http-prom, healthport, jmx.
func forMachines(name string) bool {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '-' || r == '_' })
	return slices.ContainsFunc(words, func(word string) bool {
		part := func(stem string) bool { return strings.Contains(word, stem) }
		return slices.ContainsFunc([]string{"metric", "health", "prometheus", "probe", "exporter", "liveness", "readiness", "pprof"}, part) || slices.Contains([]string{
			"prom", "livez", "readyz", "ready", "debug", "dlv", "delve", "jmx", "jdwp", "monitoring", "telemetry", "stats", "scrape", "profiling", "profiler",
		}, word)
	})
}

// isExporter reports whether a container only translates something into metrics.
func isExporter(c *corev1.Container) bool {
	repository, _, _ := strings.Cut(path.Base(c.Image), ":")
	exporter := func(name string) bool {
		return name == "exporter" || strings.HasSuffix(name, "-exporter") || strings.HasSuffix(name, "_exporter")
	}
	return exporter(c.Name) || exporter(repository)
}
