package inject

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/softstop/softstop/initbin"
)

// An init ends a drain within its range when the clients are gone. What it cannot see from its
// container the plan tells it: the ports that clients come to where descriptors do not show them,
// and the kubelet's probes, which are no clients.

const (
	// followQuiet is by how much longer it must be quiet for a container that goes on for the sake
	// of others: they end first.
	followQuiet = time.Second
	// defaultPeriod is how often the kubelet asks where a probe does not say.
	defaultPeriod = 10 * time.Second
)

// quiet returns for how long it must be quiet for c, on which ports besides those on which it
// listens itself, and which of the kubelet's probes come to all these. A container that goes on for
// the sake of others waits until it is quiet in the whole pod.
func (p *Plan) quiet(c *ContainerPlan) (quiet time.Duration, ports, probes string) {
	quiet = c.Policy.Quiet.Value
	if c.Follows {
		for i := range p.Containers {
			quiet = max(quiet, p.Containers[i].Policy.Quiet.Value)
		}
		quiet, ports = min(quiet+followQuiet, maxHook), initbin.AllPorts
	} else {
		ports = joined(portsOf(c.container))
	}
	var all []string
	for i := range p.Containers {
		if other := &p.Containers[i]; c.Follows || other.Name == c.Name {
			all = append(all, probesOf(other.container)...)
		}
	}
	return quiet, ports, strings.Join(all, ",")
}

// portsOf are the TCP ports that clients of c come to, as far as its spec says: those that it
// declares, and that of its readiness probe.
func portsOf(c *corev1.Container) (ports []int32) {
	for _, p := range c.Ports {
		if p.Protocol == corev1.ProtocolTCP || p.Protocol == "" {
			ports = append(ports, p.ContainerPort)
		}
	}
	if port := probePort(c, c.ReadinessProbe); port > 0 {
		ports = append(ports, port)
	}
	slices.Sort(ports)
	return slices.Compact(ports)
}

func joined(ports []int32) string {
	words := make([]string, len(ports))
	for i, port := range ports {
		words[i] = strconv.Itoa(int(port))
	}
	return strings.Join(words, ",")
}

// probesOf are the kubelet's that come to a port of c, each as PORT/PERIOD.
func probesOf(c *corev1.Container) (all []string) {
	for _, p := range []*corev1.Probe{c.StartupProbe, c.ReadinessProbe, c.LivenessProbe} {
		if port := probePort(c, p); port > 0 {
			period := cmp.Or(time.Duration(max(p.PeriodSeconds, 0))*time.Second, defaultPeriod)
			all = append(all, strconv.Itoa(int(port))+"/"+min(period, maxHook).String())
		}
	}
	return all
}

// probePort is the port that a probe of c comes to, 0 for none: it may be a command, or ask another
// host.
func probePort(c *corev1.Container, p *corev1.Probe) int32 {
	var port intstr.IntOrString
	switch {
	case p == nil:
		return 0
	case p.HTTPGet != nil && p.HTTPGet.Host == "":
		port = p.HTTPGet.Port
	case p.TCPSocket != nil && p.TCPSocket.Host == "":
		port = p.TCPSocket.Port
	case p.GRPC != nil:
		port = intstr.FromInt32(p.GRPC.Port)
	}
	number := port.IntVal
	if port.Type == intstr.String {
		if n, err := strconv.ParseInt(port.StrVal, 10, 32); err == nil {
			number = int32(n)
		}
		for _, named := range c.Ports {
			if named.Name == port.StrVal {
				number = named.ContainerPort
			}
		}
	}
	if number < 1 || number > 1<<16-1 {
		return 0
	}
	return number
}
