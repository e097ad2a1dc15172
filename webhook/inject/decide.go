package inject

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/initbin"
)

// Action is what happens to one container.
type Action string

const (
	// Wrapped containers run under the init.
	Wrapped Action = "wrapped"
	// HooksOnly containers get drain and grace but keep their process 1.
	HooksOnly Action = "hooks-only"
	// Left containers are not touched.
	Left Action = "left"
)

// Kind is where in the pod a container stands.
type Kind string

const (
	// App is an ordinary container.
	App Kind = "app"
	// Sidecar is a native sidecar: an init container with restartPolicy Always.
	Sidecar Kind = "sidecar"
	// Init is an ordinary init container.
	Init Kind = "init"
)

// Decision says which containers of a pod are handled, and how.
type Decision struct {
	// Skip is why the whole pod is left alone; empty means that it is not.
	Skip Reason
	// Consent says who wanted or refused the injection.
	Consent config.Consent
	// Policy holds for the pod as a whole.
	Policy config.Policy
	// Containers are the choices, init containers first, each list in the pod's order.
	// The carrier's own init container is not among them.
	Containers []Choice
	// Problems are the values that were not understood or are locked.
	Problems []config.Problem
	// Carrier is how the init gets into the pod; not CarrierAuto.
	Carrier config.Carrier
	// MountPath is where wrapped containers get the init.
	MountPath string

	ours *ours // what earlier passes put into the pod, and the pod without it
}

// Choice is what was decided about one container.
type Choice struct {
	Name   string
	Kind   Kind
	Action Action
	// Reason says why the container is not wrapped; empty when it is.
	Reason Reason
	// Policy is the container's own.
	Policy config.Policy
	// DrainAsked means that the pod itself asks for a drain, whether it serves or not.
	DrainAsked bool
	// Command is what the init runs, before the container's args.
	Command []string
	// CommandOf is the container's image if Command is the image's ENTRYPOINT and CMD,
	// EntrypointOf if it is the ENTRYPOINT alone: the pod has no command.
	CommandOf, EntrypointOf string
	// Arriving is the stop signal that the pod or its image names; 0 means SIGTERM.
	Arriving initbin.Signal

	container *corev1.Container // without what earlier passes put in
	hook      PreStop           // its own
	earlier   imageCommand      // what an earlier pass found in the image
	named     bool              // softstop.dev/containers names it
	job       bool              // the pod is a Job's
	drainOwn  bool              // the pod says something about this container's drain alone
	minds1    bool              // a probe or hook would take the init for the program
	onNode    bool              // the node's plugin wraps it, who knows what it runs
}

// Open begins to decide about pod, as if no earlier pass had been: what is ours in it is worked out
// anew from what the pod is now. It changes nothing.
func Open(pod *corev1.Pod, facts Facts) *Case {
	ours := findOurs(pod)
	pod = ours.bare
	owner := ownerKind(pod, facts)
	resolved := facts.Config.Resolve(config.Subject{
		Namespace: facts.Namespace.Name, NamespaceLabels: facts.Namespace.Labels, NamespaceAnnotations: facts.Namespace.Annotations,
		Labels: pod.Labels, Annotations: pod.Annotations, OwnerKind: owner, Requested: facts.Requested,
	})
	d := Decision{Consent: resolved.Consent, Problems: slices.Concat(resolved.Problems, unknownNames(pod, resolved.Pod)), ours: ours}
	if d.Skip = podReason(pod, d.Consent, facts); d.Skip != "" {
		return &Case{facts, d}
	}
	d.Policy, _ = resolved.For("", "")
	d.Carrier = carrierOf(d.Policy.Carrier.Value, pod, facts.Nodes)
	add := func(list []corev1.Container, kind func(*corev1.Container) Kind) {
		for i := range list {
			choice := Choice{Name: list[i].Name, Kind: kind(&list[i]), container: &list[i], hook: PreStopOf(&list[i]), earlier: ours.commands[list[i].Name], job: owner == "Job"}
			policy, overruled := resolved.For(choice.Name, list[i].Image)
			choice.Policy, choice.DrainAsked, choice.drainOwn = policy, resolved.Pod.Drains(choice.Name), resolved.Pod.DrainsByName(choice.Name)
			choice.minds1 = hasOwnProcess1(pod) && MindsProcess1(&list[i]) != ""
			choice.onNode = d.Carrier == config.CarrierNode
			choice.named = slices.Contains(d.Policy.Containers.Value, choice.Name)
			for _, problem := range overruled {
				d.Problems = config.AddProblem(d.Problems, problem.Limit, problem.Key, func() config.Problem { return problem })
			}
			if choice.Reason = choice.leftOut(d.Policy); choice.Reason != "" {
				choice.Action = Left
			}
			d.Containers = append(d.Containers, choice)
		}
	}
	add(pod.Spec.InitContainers, initKind)
	add(pod.Spec.Containers, func(*corev1.Container) Kind { return App })
	return &Case{facts, d}
}

// Decide chooses for every container, and for the pod as a whole. Nothing after it changes what is
// decided here. images are the answers about the containers' images, by container.
func (c *Case) Decide(images map[string]ImageAnswer) Decision {
	d := c.begun
	d.Containers = slices.Clone(d.Containers)
	for i := range d.Containers {
		if choice := &d.Containers[i]; choice.Action != Left {
			choice.decide(c.facts.Config, images)
		}
	}
	d.placeMount()
	d.drainMeshProxies()
	switch {
	case c.facts.Config.Strict && len(Refusals(d.Problems)) > 0:
		d.Skip = ReasonRefused
	case d.Skip != "":
	case !slices.ContainsFunc(d.Containers, func(choice Choice) bool { return choice.Action != Left }):
		d.Skip = ReasonNothingToDo
	case d.written() > maxWritten:
		d.Skip, d.Containers = ReasonTooLarge, nil
	}
	return d
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

// placeMount finds a path for the init's mount. A container that has no place for it, as one with a
// volume at /, gets hooks only.
func (d *Decision) placeMount() {
	d.MountPath = freeMountPath(d.Containers)
	for i := range d.Containers {
		if c := &d.Containers[i]; c.Action == Wrapped && mountTaken(c.container, d.MountPath) {
			c.Action, c.Reason = HooksOnly, ReasonMountTaken
		}
	}
}

// written is how many bytes of commands the patch will say that the pod does not.
func (d *Decision) written() (bytes int) {
	for i := range d.Containers {
		c := &d.Containers[i]
		if c.Action != Wrapped || c.onNode || slices.Equal(c.container.Command, c.Command) {
			continue
		}
		for _, word := range c.Command {
			bytes += len(word) + len(`"",`)
		}
	}
	return bytes
}

func initKind(c *corev1.Container) Kind {
	if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
		return Sidecar
	}
	return Init
}

// unknownNames are the containers named in the pod's own annotations that the pod does not have.
// A namespace may well name containers that only some of its pods have.
func unknownNames(pod *corev1.Pod, settings config.Settings) (problems []config.Problem) {
	var known []string
	for _, list := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for i := range list {
			known = append(known, list[i].Name)
		}
	}
	check := func(key, value, name string) {
		if !slices.Contains(known, name) {
			problems = config.AddProblem(problems, false, key, func() config.Problem {
				return config.Problem{Key: key, Value: value, Verdict: "is ignored: the pod has no such container; it has " + listed(known)}
			})
		}
	}
	for _, name := range settings.All.Containers.Value {
		check(config.Prefix+string(config.FieldContainers), name, name)
	}
	for _, name := range settings.All.ExcludeContainers.Value {
		check(config.Prefix+string(config.FieldExcludeContainers), name, name)
	}
	if len(settings.Each) == 0 {
		return problems
	}
	for _, key := range slices.Sorted(maps.Keys(pod.Annotations)) {
		_, name, _ := strings.Cut(strings.TrimPrefix(key, config.Prefix), ".")
		if _, set := settings.Each[name]; set && strings.HasPrefix(key, config.Prefix) {
			check(key, pod.Annotations[key], name)
		}
	}
	return problems
}

// listed names the first of a pod's containers and says how many more there are.
func listed(names []string) string {
	if more := len(names) - maxListed; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:maxListed], ", "), more)
	}
	return strings.Join(names, ", ")
}

// ownerKind returns the kind of the pod's controller, or "".
func ownerKind(pod *corev1.Pod, facts Facts) string {
	for _, owner := range pod.OwnerReferences {
		if owner.Controller != nil && *owner.Controller {
			return owner.Kind
		}
	}
	return facts.OwnerKind
}

// decide fills in the action of a container that is not left alone.
func (c *Choice) decide(settings config.Config, images map[string]ImageAnswer) {
	c.Action = HooksOnly
	if c.Reason = c.findCommand(settings, images); c.Reason != "" {
		return
	}
	if len(c.Command) > 0 || !c.onNode {
		c.Reason = InitOf(expanded(c.Command, c.container.Args, c.container.Env), Variables(c.container.Env))
	}
	if c.Reason == "" && !c.named && c.minds1 {
		c.Reason = ReasonNamesPID1
	}
	if c.Reason == "" {
		c.Action = Wrapped
	}
}

// leftOut says why the container is none of softstop's business.
func (c *Choice) leftOut(pod config.Policy) Reason {
	switch {
	case slices.Contains(pod.ExcludeContainers.Value, c.Name):
		return ReasonExcluded
	case c.named:
		return ""
	case c.Kind == Init:
		return ReasonInitContainer
	case len(pod.Containers.Value) > 0:
		return ReasonExcluded
	case IsMeshProxy(c.Name):
		return ReasonMeshSidecar
	case c.Kind == Sidecar && !pod.Sidecars.Value:
		return ReasonSidecar
	}
	return ""
}
