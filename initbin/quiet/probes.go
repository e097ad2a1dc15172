package quiet

import (
	"slices"
	"time"

	"github.com/softstop/softstop/initbin"
)

// withoutProbes returns the connections that have ended, the oldest first, without those that are
// probes'. One address makes all the probes of a port. Which it is does not show; it is the
// one that leaves the least to be counted.
func withoutProbes(list []ended, probes []initbin.Probe) []ended {
	for i := range list { // it is short, and mostly in order
		for ; i > 0 && list[i].at < list[i-1].at; i-- {
			list[i], list[i-1] = list[i-1], list[i]
		}
	}
	var ports []uint16
	for _, p := range probes {
		if port := uint16(p.Port); !slices.Contains(ports, port) {
			ports = append(ports, port)
			list = withoutProbesOf(port, list, probes)
		}
	}
	return list
}

// isProbed reports whether there are probes of a port.
func isProbed(port uint16, probes []initbin.Probe) bool {
	return slices.ContainsFunc(probes, func(p initbin.Probe) bool { return uint16(p.Port) == port })
}

// withoutProbesOf takes out those of one port.
func withoutProbesOf(port uint16, list []ended, probes []initbin.Probe) []ended {
	best := list
	var tried [][16]byte
	for _, e := range list {
		if e.port != port || slices.Contains(tried, e.peer) {
			continue
		}
		tried = append(tried, e.peer)
		if rest := withoutProber(e.peer, port, list, probes); latest(rest, port) < latest(best, port) {
			best = rest
		}
	}
	return best
}

// latest is when the last connection to a port ended.
func latest(list []ended, port uint16) time.Duration {
	last := longAgo
	for _, e := range list {
		if e.port == port {
			last = e.at
		}
	}
	return last
}

// withoutProber returns the list without those connections that peer can have made for the probes
// of a port: one in a period of each. Timers are late now and then, so that a quarter less
// passes.
func withoutProber(peer [16]byte, port uint16, list []ended, probes []initbin.Probe) (rest []ended) {
	made := make([]time.Duration, len(probes))
	for i := range made {
		made[i] = longAgo
	}
	for _, e := range list {
		if e.port != port || e.peer != peer || !takes(e.at, port, probes, made) {
			rest = append(rest, e)
		}
	}
	return rest
}

// takes reports whether one of the probes of a port is due at a time, and notes that it was made. Of
// several it is the one that is due the most often.
func takes(at time.Duration, port uint16, probes []initbin.Probe, made []time.Duration) bool {
	best := -1
	for i, p := range probes {
		if uint16(p.Port) == port && at-made[i] >= p.Period*3/4 && (best < 0 || p.Period < probes[best].Period) {
			best = i
		}
	}
	if best >= 0 {
		made[best] = at
	}
	return best >= 0
}
