package inject

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/initbin"
)

// Plan is everything softstop does to one pod, as data: printable, and all that the
// patch is made from.
type Plan struct {
	// Skip is why the pod is left alone: it gets the status annotation at most.
	Skip Reason
	// Consent says who wanted or refused the injection.
	Consent config.Consent
	// GraceBefore and Grace are the pod's grace period as it was and as it will be.
	GraceBefore time.Duration
	Grace       time.Duration
	// Carrier brings the init; nil if no container is wrapped.
	Carrier *CarrierPlan
	// Containers are in the order of Decision.Containers.
	Containers []ContainerPlan
	// Annotations are what the pod's are to say; none for a pod that did not opt in.
	Annotations map[string]string
	// Problems are the values that were not understood.
	Problems []config.Problem
	// Warnings are for the person who creates the pod.
	Warnings []Warning

	ours *ours // what earlier passes put into the pod, and the pod without it
}

// Warning is something that the person who creates a pod did not expect.
type Warning struct {
	// Container is the one it is about; empty if it is about the pod as a whole.
	Container string
	// Text is a sentence without a full stop. It names the container, and what can be done.
	Text string
}

// ContainerPlan is what happens to one container and when.
type ContainerPlan struct {
	Choice
	Times
	// Options are the init's flags, if the container is wrapped.
	Options initbin.Options
	// PreStop is the hook to add; nil if none.
	PreStop *corev1.LifecycleHandler
}

// defaultGrace is Kubernetes' own, for pods that did not pass its defaulting.
const defaultGrace = 30 * time.Second

// MakePlan turns a decision into a plan. It changes nothing.
func MakePlan(decision Decision, facts Facts) Plan {
	plan := Plan{
		Skip: decision.Skip, Consent: decision.Consent, GraceBefore: graceBefore(decision.ours.bare),
		Problems: decision.Problems, ours: decision.ours,
	}
	if plan.Skip == ReasonRefused {
		return plan
	}
	for _, problem := range decision.Problems {
		plan.warn("", "%s", problem)
	}
	for _, choice := range decision.Containers {
		plan.Containers = append(plan.Containers, ContainerPlan{Choice: choice})
	}
	switch {
	case plan.Skip == "":
		plan.handle(decision, facts)
	case plan.Skip == ReasonNothingToDo:
		plan.Grace = plan.GraceBefore
	case plan.Skip.Warns():
		plan.warnOfSkip()
	case !plan.Consent.In && !plan.leaves():
		plan.warn("", "what an earlier injection left in the pod would keep it from starting, so it is taken out; the pod is not opted in, so nothing is put in")
	}
	plan.annotate(facts.Version)
	return plan
}

// graceBefore is the grace period of a pod that no earlier pass raised.
func graceBefore(bare *corev1.Pod) time.Duration {
	grace := bare.Spec.TerminationGracePeriodSeconds
	if grace == nil {
		return defaultGrace
	}
	return time.Duration(min(max(*grace, 1), int64(maxGrace/time.Second))) * time.Second
}

// handle plans for a pod that is not left alone as a whole.
func (p *Plan) handle(decision Decision, facts Facts) {
	p.Carrier = p.carry(decision, facts)
	p.schedule(decision, facts)
	for i := range p.Containers {
		p.equip(&p.Containers[i], facts.Nodes)
	}
	p.warnOfReasons()
	p.warnOfProfiles()
}

// maxGrace bounds what is read from a pod, far from overflow.
const maxGrace = 100 * 365 * 24 * time.Hour

// warn adds a warning about a container, or about the pod if container is empty.
func (p *Plan) warn(container, format string, args ...any) {
	p.Warnings = append(p.Warnings, Warning{container, fmt.Sprintf(format, args...)})
}

// TooLarge is the plan for a pod that is Beyond, or that would cost too much to decode: it is left
// unchanged, with a warning.
func TooLarge() Plan {
	plan := Plan{Skip: ReasonTooLarge}
	plan.warnOfSkip()
	return plan
}

// warnOfSkip says why the pod is left alone.
func (p *Plan) warnOfSkip() { p.warn("", "the pod is left unchanged: %s", p.Skip.Sentence()) }

// schedule makes the stop plan and gives every container its times.
func (p *Plan) schedule(decision Decision, facts Facts) {
	solved := SolveStopPlan(p.GraceBefore, facts.Config.Limits.MaxGrace, wishes(decision.Containers))
	p.Grace = solved.Grace
	if solved.Shortened {
		p.warn("", "the grace period is limited to %s: stop timeouts or drains were shortened to fit; ask for less, or raise limits.maxGrace in the configuration", solved.Grace)
	}
	for i := range p.Containers {
		if p.Containers[i].Action != Left {
			p.Containers[i].Times, solved.Times = solved.Times[0], solved.Times[1:]
		}
	}
}

// equip gives the container the hook and the init's flags that keep its times.
func (p *Plan) equip(c *ContainerPlan, nodes Nodes) {
	if c.Action == Left {
		return
	}
	program := ""
	if c.Action == Wrapped {
		if p.Carrier.inPod() != nil {
			program = p.Carrier.Program()
		}
		c.Options = c.options()
	}
	switch {
	case c.hook.Has:
		if c.Action == Wrapped {
			p.drainInInit(c)
		}
		p.warnOfHook(c)
	case c.Drain.IsRange():
		p.drainInInit(c)
	case c.Drain.Max > 0:
		if c.PreStop = drainHook(c.Drain.Max, nodes.SleepAction, program); c.PreStop == nil {
			p.warn(c.Name, "container %q gets no drain: it is not wrapped, and a kubelet older than 1.30 has no preStop.sleep; upgrade the nodes or set the container's command", c.Name)
			c.Drain = config.Drain{}
		} else {
			p.warnOfSleep(c)
		}
	}
	if grace := shortestProbeGrace(c.container); grace > 0 && grace < c.Drain.Max {
		p.warn(c.Name, "container %q: a probe's terminationGracePeriodSeconds of %s is below the drain of %s, so a failed probe kills it before its stop signal; raise the one or shorten the other", c.Name, grace, c.Drain.Max)
	}
}

// drainInInit has the init hold the stop signal back, for what of the drain the container's own hook
// does not take.
func (p *Plan) drainInInit(c *ContainerPlan) {
	left := c.Drain.After(c.hook.length())
	c.Options.Drain = left.Min
	if left.IsRange() {
		c.Options.MaxDrain = left.Max
		c.Options.Quiet, c.Options.Ports, c.Options.Probes = p.quiet(c)
	}
}

// options returns the init's flags without the drain.
func (c *ContainerPlan) options() initbin.Options {
	o := initbin.Options{
		CommandOf: c.CommandOf, EntrypointOf: c.EntrypointOf,
		StopTimeout:  c.StopTimeout,
		SignalTarget: c.Policy.SignalTarget.Value,
		OKExitCodes:  c.Policy.OKExitCodes.Value,
		NoStacks:     !c.Policy.LastWords.Value,
	}
	o.StopSignal = stopSignal(c.Arriving, c.Policy.StopSignal.Value)
	if c.container.TerminationMessagePolicy != corev1.TerminationMessageFallbackToLogsOnError {
		if o.Report = c.container.TerminationMessagePath; o.Report == "" {
			o.Report = corev1.TerminationMessagePathDefault
		}
		if !strings.HasPrefix(o.Report, "/") {
			o.Report = ""
		}
	}
	return o
}

// stopSignal is the init's flag for the signal that the pod or its image names and the one that the
// policy wants sent instead; 0 for none.
func stopSignal(arriving, told initbin.Signal) initbin.StopSignal {
	if arriving == initbin.SIGTERM || !arriving.Stoppable() {
		arriving = 0
	}
	switch {
	case told == 0:
		told = arriving
	case arriving == 0:
		arriving = told
	}
	return initbin.StopSignal{Arriving: arriving, Told: told}
}

// shortestProbeGrace returns the shortest grace period that a probe of c sets, or 0.
func shortestProbeGrace(c *corev1.Container) time.Duration {
	shortest := time.Duration(0)
	for _, probe := range []*corev1.Probe{c.LivenessProbe, c.StartupProbe} {
		if probe == nil || probe.TerminationGracePeriodSeconds == nil {
			continue
		}
		grace := time.Duration(min(*probe.TerminationGracePeriodSeconds, int64(maxGrace/time.Second))) * time.Second
		if shortest == 0 || grace < shortest {
			shortest = grace
		}
	}
	return shortest
}

// warnOfReasons tells of the containers that are not wrapped and could be.
func (p *Plan) warnOfReasons() {
	for _, c := range p.Containers {
		if c.Reason.Warns() {
			p.warn(c.Name, "container %q is not wrapped: %s", c.Name, c.Sentence())
		}
	}
}

// Sentence is the reason's, with the container's name filled in.
func (c Choice) Sentence() string {
	return strings.ReplaceAll(c.Reason.Sentence(), "CONTAINER", c.Name)
}
