package inject

import (
	"time"

	"github.com/softstop/softstop/config"
)

// Where a pod drains, its ordinary containers go on for as long as the longest drain: who still
// serves needs its database's proxy and its mesh. Native sidecars are stopped last anyway.

// longestDrain is how long the container that drains longest does.
func longestDrain(containers []Choice) (longest time.Duration) {
	for i := range containers {
		if c := &containers[i]; c.Action != Left && c.Kind == App && (!c.job || c.DrainAsked) {
			longest = max(longest, c.wish().Drain)
		}
	}
	return longest
}

// drainMeshProxies gives the proxies of service meshes, which are not touched otherwise, the hook
// of the longest drain.
func (d *Decision) drainMeshProxies() {
	if longestDrain(d.Containers) == 0 {
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
	longest := longestDrain(containers)
	for i := range containers {
		c := &containers[i]
		if c.Action == Left {
			continue
		}
		wish := c.wish()
		if c.waits() && (!c.hook.Has || c.Action == Wrapped) {
			wish.Drain = max(wish.Drain, longest)
		}
		all = append(all, wish)
	}
	return all
}

// wish returns what the container would like of the stop plan by itself.
func (c *Choice) wish() Wish {
	hook := c.hook.length()
	timeout := c.Policy.StopTimeout
	wish := Wish{StopTimeout: timeout.Value, Exact: timeout.Source.Explicit()}
	if c.Reason == ReasonMeshSidecar { // it stops by its own rules, in whatever time there is
		wish = Wish{StopTimeout: config.MinStopTimeout}
	}
	if c.drains() && !c.hookRulesOutDrain() {
		wish.Drain = ceilSeconds(c.Policy.Drain.Value)
	}
	if c.hook.Has && c.Action == HooksOnly {
		wish.Drain = hook
	}
	wish.Drain = max(wish.Drain, hook)
	return wish
}

// drains reports whether the container is to drain for its own sake.
func (c *Choice) drains() bool {
	return c.Kind == App && (c.DrainAsked || Serves(c.container) && !c.job)
}

// waits reports whether the container goes on while others drain: unless it was said of it
// that it does not.
func (c *Choice) waits() bool {
	asked := c.Policy.Drain.Source.Explicit() && (c.drainOwn || c.Policy.Drain.Value == 0)
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
	own, wanted := c.hook, ceilSeconds(c.Policy.Drain.Value)
	switch {
	case own.Endless && !own.Stops:
		p.warn(c.Name, "container %q: its preStop hook never ends, so the program receives no stop signal: it is killed at the end of the grace period; end the hook", c.Name)
	case c.isStoppedByHook() && own.Before < wanted && c.drains():
		p.warn(c.Name, "container %q: its preStop hook stops the program after %s, so it does not drain for %s; sleep first in the hook, or remove it: softstop signals the program after the drain", c.Name, own.Before, wanted)
	case c.DrainAsked && c.Action == HooksOnly && c.Drain < wanted:
		p.warn(c.Name, "container %q does not drain for %s: it is not wrapped and has a preStop hook of its own; sleep in that hook", c.Name, wanted)
	}
}
