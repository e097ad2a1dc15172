package inject

import (
	"fmt"
	"slices"
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
	// Warnings are sentences for the person who creates the pod, a few and the number of the others.
	Warnings []string

	ours   *ours // what earlier passes put into the pod, and the pod without it
	job    bool  // the pod is a Job's
	unsaid int   // how many warnings are not said
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
	plan := Plan{Skip: decision.Skip, Consent: decision.Consent, GraceBefore: defaultGrace, Problems: decision.Problems, ours: decision.ours}
	if facts.Config.Strict && len(Refusals(decision.Problems)) > 0 {
		plan.Skip = ReasonRefused
		return plan
	}
	for _, problem := range decision.Problems {
		plan.warn("%s", problem)
	}
	switch {
	case plan.Skip == "":
		plan.handle(decision, facts)
	case plan.Skip.Warns():
		plan.warn("the pod is left unchanged: %s", plan.Skip.Sentence())
	case !plan.Consent.In && !plan.leaves():
		plan.warn("what an earlier injection left in the pod would keep it from starting, so it is taken out; the pod is not opted in, so nothing is put in")
	}
	plan.annotate(facts.Version)
	return plan
}

// handle plans for a pod that is not left alone as a whole.
func (p *Plan) handle(decision Decision, facts Facts) {
	pod := p.ours.bare
	if grace := pod.Spec.TerminationGracePeriodSeconds; grace != nil {
		p.GraceBefore = time.Duration(min(max(*grace, 1), int64(maxGrace/time.Second))) * time.Second
	}
	for _, choice := range decision.Containers {
		p.Containers = append(p.Containers, ContainerPlan{Choice: choice})
	}
	p.Carrier = p.carry(decision.Policy, facts)
	p.job = ownerKind(pod, facts) == "Job"
	p.schedule(facts)
	for i := range p.Containers {
		p.equip(&p.Containers[i], facts.Nodes)
	}
	p.warnOfReasons()
	p.warnOfProfiles()
	if p.written() > maxWritten {
		p.Skip, p.Containers, p.Carrier, p.Grace, p.Warnings, p.unsaid = ReasonTooLarge, nil, nil, p.GraceBefore, nil, 0
		p.warn("the pod is left unchanged: %s", p.Skip.Sentence())
	}
}

// written is how many bytes of commands the patch says that the pod does not, or says again.
func (p *Plan) written() (bytes int) {
	for i := range p.Containers {
		c := &p.Containers[i]
		if c.Action != Wrapped {
			continue
		}
		if !slices.Equal(c.container.Command, c.Command) {
			for _, word := range c.Command {
				bytes += len(word) + len(`"",`)
			}
		}
	}
	return bytes
}

// Refusals are the problems that strict refuses a pod for, as sentences: values that somebody
// wrote and nobody understands, but not those that a limit changed.
func Refusals(problems []config.Problem) (bad []string) {
	for _, problem := range problems {
		if !problem.Limit {
			bad = append(bad, problem.String())
		}
	}
	return bad
}

// maxGrace bounds what is read from a pod, far from overflow.
const maxGrace = 100 * 365 * 24 * time.Hour

// warn adds a warning, or only counts it where there are enough.
func (p *Plan) warn(format string, args ...any) {
	if len(p.Warnings) < maxListed {
		p.Warnings = append(p.Warnings, "softstop: "+fmt.Sprintf(format, args...))
		return
	}
	p.unsaid++
	p.Warnings = append(p.Warnings[:maxListed], fmt.Sprintf("softstop: and %d more warnings", p.unsaid))
}

// TooLarge is the plan for a pod that is Beyond, or that would cost too much to decode: it is left
// unchanged, with a warning.
func TooLarge() Plan {
	plan := Plan{Skip: ReasonTooLarge}
	plan.warn("the pod is left unchanged: %s", plan.Skip.Sentence())
	return plan
}

// schedule makes the stop plan and gives every container its times.
func (p *Plan) schedule(facts Facts) {
	wishes := p.wishes()
	if len(wishes) == 0 {
		p.Grace, p.Skip = p.GraceBefore, ReasonNothingToDo
		return
	}
	solved := SolveStopPlan(p.GraceBefore, facts.Config.Limits.MaxGrace, wishes)
	p.Grace = solved.Grace
	if solved.Shortened {
		p.warn("the grace period is limited to %s: stop timeouts or drains were shortened to fit; ask for less, or raise limits.maxGrace in the configuration", solved.Grace)
	}
	for i := range p.Containers {
		if p.Containers[i].Action != Left {
			p.Containers[i].Times, solved.Times = solved.Times[0], solved.Times[1:]
		}
	}
}

// wish returns what the container would like of the stop plan by itself.
func (c *ContainerPlan) wish(job bool) Wish {
	hasHook, hook := OwnPreStop(c.container)
	timeout := c.Policy.StopTimeout
	wish := Wish{StopTimeout: timeout.Value, Exact: timeout.Source.Explicit()}
	if c.Reason == ReasonMeshSidecar { // it stops by its own rules, in whatever time there is
		wish = Wish{StopTimeout: config.MinStopTimeout}
	}
	if c.drains(job) && !c.hookRulesOutDrain() {
		wish.Drain = ceilSeconds(c.Policy.Drain.Value)
	}
	if hasHook && c.Action == HooksOnly {
		wish.Drain = hook
	}
	wish.Drain = max(wish.Drain, hook)
	return wish
}

// equip gives the container the hook and the init's flags that keep its times.
func (p *Plan) equip(c *ContainerPlan, nodes Nodes) {
	if c.Action == Left {
		return
	}
	program := ""
	if c.Action == Wrapped {
		program = p.Carrier.Program()
		c.Options = c.options()
	}
	has, hook := OwnPreStop(c.container)
	switch {
	case has:
		if c.Action == Wrapped {
			c.Options.Drain = max(0, c.Drain-hook)
		}
		p.warnOfHook(c)
	case c.Drain > 0:
		if c.PreStop = drainHook(c.Drain, nodes.SleepAction, program); c.PreStop == nil {
			p.warn("container %q gets no drain: it is not wrapped, and a kubelet older than 1.30 has no preStop.sleep; upgrade the nodes or set the container's command", c.Name)
			c.Drain = 0
		}
	}
	if grace := shortestProbeGrace(c.container); grace > 0 && grace < c.Drain {
		p.warn("container %q: a probe's terminationGracePeriodSeconds of %s is below the drain of %s, so a failed probe kills it before it is told to stop; raise the one or shorten the other", c.Name, grace, c.Drain)
	}
}

// options returns the init's flags without the drain.
func (c *ContainerPlan) options() initbin.Options {
	o := initbin.Options{
		CommandOf: c.CommandOf, EntrypointOf: c.EntrypointOf,
		StopTimeout:  c.StopTimeout,
		SignalTarget: c.Policy.SignalTarget.Value,
		OKExitCodes:  c.Policy.OKExitCodes.Value,
	}
	arriving, told := c.Arriving, c.Policy.StopSignal.Value
	if arriving == initbin.SIGTERM || !arriving.Stoppable() {
		arriving = 0
	}
	switch {
	case told == 0:
		o.StopSignal = initbin.StopSignal{Arriving: arriving, Told: arriving}
	case arriving == 0:
		o.StopSignal = initbin.StopSignal{Arriving: told, Told: told}
	default:
		o.StopSignal = initbin.StopSignal{Arriving: arriving, Told: told}
	}
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
			p.warn("container %q is not wrapped: %s", c.Name, c.Sentence())
		}
	}
}

// Sentence is the reason's, with the container's name filled in.
func (c Choice) Sentence() string {
	return strings.ReplaceAll(c.Reason.Sentence(), "CONTAINER", c.Name)
}
