package inject

import "github.com/softstop/softstop/config"

// Where a pod drains, its ordinary containers go on for as long as the longest drain: who still
// serves needs its database's proxy and its mesh. Native sidecars are stopped last anyway.

//
// A range ends when it is quiet, and each container's init finds that out by itself, on the ports
// that clients come to: quiet.go.

// longestDrain is how long the container that drains longest does, at least and at most.
func longestDrain(containers []Choice) (longest config.Drain) {
	for i := range containers {
		if c := &containers[i]; c.leads() {
			longest = longest.AtLeast(c.wish().Drain)
		}
	}
	return longest
}

// leads reports whether others wait for the container while it drains.
func (c *Choice) leads() bool {
	return c.Action != Left && c.Kind == App && (!c.job || c.DrainAsked)
}

// drainMeshProxies gives the proxies of service meshes, which are not touched otherwise, the hook
// of the longest drain.
func (d *Decision) drainMeshProxies() {
	if longestDrain(d.Containers).Max == 0 {
		return
	}
	for i := range d.Containers {
		if c := &d.Containers[i]; c.Reason == ReasonMeshSidecar && c.Kind == App {
			c.Action = HooksOnly
		}
	}
}

// wishes are those of the containers that are handled, in their order.
func wishes(containers []Choice) (all []Wish) {
	longest, draining := longestDrain(containers), 0
	for i := range containers {
		if containers[i].drainsForClients() {
			draining++
		}
	}
	for i := range containers {
		c := &containers[i]
		if c.Action == Left {
			continue
		}
		wish, others := c.wish(), draining
		if c.drainsForClients() {
			others--
		}
		if c.follows(longest, others > 0) {
			wish.Drain, wish.Follows = wish.Drain.AtLeast(longest), true
			if c.Action != Wrapped { // the kubelet's sleep does not see when the others are quiet
				wish.Drain = config.FixedDrain(wish.Drain.Min)
			}
		}
		all = append(all, wish)
	}
	return all
}

// drainsForClients reports whether the container drains for its own sake, or may.
func (c *Choice) drainsForClients() bool {
	return c.leads() && c.Reason != ReasonMeshSidecar && c.wish().Drain.Max > 0
}

// follows reports whether the container goes on for the sake of others, for as long as longest: one
// that takes no requests from outside, if there are others, or that would end before them. One that
// serves as long by itself has clients of its own, and ends with them.
func (c *Choice) follows(longest config.Drain, others bool) bool {
	own := c.wish().Drain
	if c.drains() {
		own = own.AtLeast(c.asked())
	}
	helps := others && (!Serves(c.container) || c.Reason == ReasonMeshSidecar)
	return c.waits() && (!c.hook.Has || c.Action == Wrapped) && (own.Max < longest.Max || longest.IsRange() && helps)
}

// asked is the drain of the container's policy, in whole seconds as Kubernetes counts.
func (c *Choice) asked() config.Drain {
	drain := c.Policy.Drain.Value
	return config.Drain{Min: ceilSeconds(drain.Min), Max: ceilSeconds(drain.Max)}
}

// wish returns what the container would like of the stop plan by itself.
func (c *Choice) wish() Wish {
	timeout := c.Policy.StopTimeout
	wish := Wish{StopTimeout: timeout.Value, Exact: timeout.Source.Explicit()}
	if c.Reason == ReasonMeshSidecar { // it stops by its own rules, in whatever time there is
		wish = Wish{StopTimeout: config.MinStopTimeout}
	}
	if c.drains() && !c.hookRulesOutDrain() {
		wish.Drain = c.asked()
	}
	hook := config.FixedDrain(c.hook.length())
	switch {
	case c.Action == Wrapped:
	case c.hook.Has:
		wish.Drain = hook
	default: // the kubelet's sleep does not see when it is quiet
		wish.Drain = config.FixedDrain(wish.Drain.Min)
	}
	wish.Drain = wish.Drain.AtLeast(hook)
	return wish
}

// drains reports whether the container is to drain for its own sake.
func (c *Choice) drains() bool {
	return c.Kind == App && (c.DrainAsked || Serves(c.container) && !c.job)
}

// waits reports whether the container goes on while others drain: unless it was said of it
// that it does not.
func (c *Choice) waits() bool {
	asked := c.Policy.Drain.Source.Explicit() && (c.drainOwn || c.Policy.Drain.Value.Max == 0)
	return c.Kind == App && !asked && !c.hookRulesOutDrain()
}

// hookRulesOutDrain reports whether the container's own preStop hook leaves no drain to add:
// it says that it wants none, or it stops the program itself. What the pod's annotation asks
// for holds all the same.
func (c *Choice) hookRulesOutDrain() bool {
	return (c.hook.OptsOut || c.isStoppedByHook()) && !c.DrainAsked
}

// Hook returns the container's own preStop hook, and whether it stops the program behind the init's
// back, or without an init: then it decides when the program is told.
func (c *Choice) Hook() (own PreStop, stops bool) {
	return c.hook, c.isStoppedByHook()
}

// isStoppedByHook reports whether the hook stops the program behind the init's back, or without an
// init.
func (c *Choice) isStoppedByHook() bool {
	if c.Action != Wrapped {
		return c.hook.Stops
	}
	return c.hook.StopsBehindInit(c.Arriving, c.Policy.StopSignal.Value)
}

// warnOfHook tells whoever wants a drain that the container's own hook is in its way.
func (p *Plan) warnOfHook(c *ContainerPlan) {
	own, wanted := c.hook, c.asked().Min
	switch {
	case own.Endless && !own.Stops:
		p.warn(c.Name, "container %q: its preStop hook never ends, so the program receives no stop signal: it is killed at the end of the grace period; end the hook", c.Name)
	case c.isStoppedByHook() && own.Before < wanted && c.drains():
		p.warn(c.Name, "container %q: its preStop hook stops the program after %s, so it does not drain for %s; sleep first in the hook, or remove it: softstop signals the program after the drain", c.Name, own.Before, wanted)
	case c.DrainAsked && c.Action == HooksOnly && c.Drain.Max < wanted:
		p.warn(c.Name, "container %q does not drain for %s: it is not wrapped and has a preStop hook of its own; sleep in that hook", c.Name, wanted)
	}
}

// warnOfSleep tells whoever wants a range that the container sleeps for a fixed time.
func (p *Plan) warnOfSleep(c *ContainerPlan) {
	if c.Action != HooksOnly {
		return
	}
	for i := range p.Containers {
		other := &p.Containers[i]
		wanted := other.Policy.Drain
		switch {
		case other.Name != c.Name && (!c.Follows || !other.leads()), !wanted.Value.IsRange(), !wanted.Source.Explicit():
		case c.Follows:
			p.warn(c.Name, "container %q drains for %s, whatever the others do within %s: it is not wrapped, so nobody in it sees when they are quiet; if they need it for longer, make it a native sidecar, or set softstop.dev/drain.%s", c.Name, c.Drain, other.asked(), c.Name)
			return
		default:
			p.warn(c.Name, "container %q drains for %s, whatever happens within %s: it is not wrapped, so nobody sees when it is quiet", c.Name, c.Drain, other.asked())
			return
		}
	}
}
