package quiet

import (
	"slices"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/sockets"
)

// Owned is what the descriptors of the container's processes say about sockets.
type Owned struct {
	// Inodes are those of the wanted that processes of the container have open.
	Inodes []uint64
	// Hidden are the users of the processes whose descriptors cannot be read.
	Hidden []uint32
}

// Owner looks which of the wanted inodes are open in processes of the container.
type Owner func(wanted []uint64) Owned

// listener is a socket that listens.
type listener struct {
	at    sockets.Endpoint
	inode uint64
	user  uint32
}

// ports knows on which ports the container listens. A port on which it has listened once stays its own:
// there may be connections left.
type ports struct {
	owner Owner
	all   bool     // whatever listens counts, other containers' as well
	spec  []uint16 // the ports of the pod's specification
	known []uint64 // inodes that were looked for
	ours  []sockets.Endpoint
}

func newPorts(owner Owner, spec string) *ports {
	p := &ports{owner: owner, all: spec == initbin.AllPorts}
	for spec != "" && !p.all {
		port, rest, ok := initbin.NextPort(spec)
		if !ok {
			break
		}
		p.spec, spec = append(p.spec, uint16(port)), rest
	}
	return p
}

// learn takes all the sockets that listen. Descriptors are looked at only if there are new ones.
func (p *ports) learn(all []listener) {
	var wanted []uint64
	for _, l := range all {
		if !slices.Contains(p.known, l.inode) {
			wanted = append(wanted, l.inode)
		}
	}
	if len(wanted) == 0 {
		return
	}
	p.known = append(p.known, wanted...)
	owned := p.owner(wanted)
	for _, l := range all {
		if slices.Contains(wanted, l.inode) && p.isOurs(l, owned) && !slices.Contains(p.ours, l.at) {
			p.ours = append(p.ours, l.at)
		}
	}
}

// isOurs reports whether a socket is the container's.
func (p *ports) isOurs(l listener, owned Owned) bool {
	switch {
	case p.all, slices.Contains(owned.Inodes, l.inode):
		return true
	case len(owned.Hidden) == 0:
		return false
	case len(p.spec) > 0:
		return slices.Contains(p.spec, l.at.Port)
	}
	return slices.Contains(owned.Hidden, l.user)
}

// has reports whether local is the container's end of a connection that somebody else opened.
func (p *ports) has(local sockets.Endpoint) bool {
	for _, at := range p.ours {
		if at.Port == local.Port && (at.Any() || at.Address == local.Address) {
			return true
		}
	}
	return false
}
