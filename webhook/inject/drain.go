package inject

import "time"

// wishes are those of all containers that are handled, in their order. Where the pod drains,
// its ordinary containers go on for as long as the longest drain: who still serves needs
// its database's proxy and its mesh. So a mesh's proxy that is not touched otherwise gets
// the hook, too. Native sidecars are stopped last anyway.
func (p *Plan) wishes() (wishes []Wish) {
	longest := time.Duration(0)
	for i := range p.Containers {
		if c := &p.Containers[i]; c.Action != Left && c.Kind == App && (!p.job || c.DrainAsked) {
			longest = max(longest, c.wish(p.job).Drain)
		}
	}
	for i := range p.Containers {
		c := &p.Containers[i]
		own := PreStopOf(c.container)
		if c.Reason == ReasonMeshSidecar && c.Kind == App && longest > 0 {
			c.Action = HooksOnly
		}
		if c.Action == Left {
			continue
		}
		wish := c.wish(p.job)
		if c.waits() && (!own.Has || c.Action == Wrapped) {
			wish.Drain = max(wish.Drain, longest)
		}
		wishes = append(wishes, wish)
	}
	return wishes
}

// drains reports whether the container is to drain for its own sake.
func (c *ContainerPlan) drains(job bool) bool {
	return c.Kind == App && (c.DrainAsked || Serves(c.container) && !job)
}

// waits reports whether the container goes on while others drain: unless it was said of it
// that it does not.
func (c *ContainerPlan) waits() bool {
	asked := c.Policy.Drain.Source.Explicit() && (c.drainOwn || c.Policy.Drain.Value == 0)
	return c.Kind == App && !asked && !c.hookRulesOutDrain()
}

// hookRulesOutDrain reports whether the container's own preStop hook leaves no drain to add:
// it says that it wants none, or it stops the program itself. What the pod's annotation asks
// for holds all the same.
func (c *ContainerPlan) hookRulesOutDrain() bool {
	own := PreStopOf(c.container)
	return (own.OptsOut || c.stoppedBy(own)) && !c.DrainAsked
}

// Hook returns the container's own preStop hook, and whether it stops the program behind the init's back,
// or without an init: then it decides when the program is told.
func (c *ContainerPlan) Hook() (own PreStop, stops bool) {
	own = PreStopOf(c.container)
	return own, c.stoppedBy(own)
}

// stoppedBy reports whether a hook stops the program behind the init's back, or without an init.
func (c *ContainerPlan) stoppedBy(own PreStop) bool {
	if c.Action != Wrapped {
		return own.Stops
	}
	return own.StopsBehindInit(c.Arriving, c.Policy.StopSignal.Value)
}

// warnOfHook tells whoever wants a drain that the container's own hook is in its way.
func (p *Plan) warnOfHook(c *ContainerPlan) {
	own, wanted := PreStopOf(c.container), ceilSeconds(c.Policy.Drain.Value)
	switch {
	case own.Endless && !own.Stops:
		p.warn("container %q: its preStop hook never ends, so nobody tells the program to stop: it is killed at the end of the grace period; end the hook", c.Name)
	case c.stoppedBy(own) && own.Before < wanted && c.drains(p.job):
		p.warn("container %q: its preStop hook stops the program after %s, so it does not drain for %s; sleep first in the hook, or remove it: softstop tells the program when it has drained", c.Name, own.Before, wanted)
	case c.DrainAsked && c.Action == HooksOnly && c.Drain < wanted:
		p.warn("container %q does not drain for %s: it is not wrapped and has a preStop hook of its own; sleep in that hook", c.Name, wanted)
	}
}
