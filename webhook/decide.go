package webhook

import (
	"maps"
	"path"
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
	// Skip is why the whole pod is left unchanged; empty means that it is not.
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
}

// Choice is what was decided about one container.
type Choice struct {
	Name   string
	Kind   Kind
	Action Action
	// Reason says why the container is not wrapped; empty when it is.
	Reason Reason
	// Kept means that an earlier pass wrapped the container: nothing is left to do.
	Kept bool
	// Policy is the container's own.
	Policy config.Policy
	// DrainAsked means that the pod itself asks for a drain, whether it serves or not.
	DrainAsked bool
	// Command is what the init runs, before the container's args.
	Command []string
	// Args replaces the container's args if another wrapper had put the init there.
	Args []string
	// Arriving is the stop signal that the pod or its image names; 0 means SIGTERM.
	Arriving initbin.Signal

	at        int // index in its list
	container *corev1.Container
}

// Decide chooses for every container of pod. It changes nothing.
func Decide(pod *corev1.Pod, facts Facts) Decision {
	resolved := facts.Config.Resolve(config.Subject{
		Namespace: facts.Namespace.Name, NamespaceLabels: facts.Namespace.Labels, NamespaceAnnotations: facts.Namespace.Annotations,
		Labels: pod.Labels, Annotations: pod.Annotations, OwnerKind: ownerKind(pod, facts), Requested: facts.Requested,
	})
	d := Decision{Consent: resolved.Consent, Problems: slices.Concat(resolved.Problems, strangers(pod, resolved.Pod))}
	if d.Skip = podReason(pod, d.Consent); d.Skip != "" {
		return d
	}
	d.Policy, _ = resolved.For("", "")
	add := func(list []corev1.Container, kind func(*corev1.Container) Kind) {
		for i := range list {
			if isInstaller(&list[i]) {
				continue
			}
			choice := Choice{Name: list[i].Name, Kind: kind(&list[i]), at: i, container: &list[i]}
			policy, overruled := resolved.For(choice.Name, list[i].Image)
			choice.Policy, choice.DrainAsked = policy, resolved.Pod.Drains(choice.Name)
			d.Problems = append(d.Problems, overruled...)
			choice.decide(d.Policy, facts)
			d.Containers = append(d.Containers, choice)
		}
	}
	add(pod.Spec.InitContainers, initKind)
	add(pod.Spec.Containers, func(*corev1.Container) Kind { return App })
	return d
}

func initKind(c *corev1.Container) Kind {
	if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
		return Sidecar
	}
	return Init
}

// podReason says why the whole pod is left alone.
func podReason(pod *corev1.Pod, consent config.Consent) Reason {
	switch {
	case !consent.In && consent.By == config.SourceConfig:
		return ReasonNotOptedIn
	case !consent.In:
		return ReasonOptedOut
	case pod.Annotations[corev1.MirrorPodAnnotationKey] != "":
		return ReasonMirrorPod
	case workflowEngine(pod):
		return ReasonWorkflowEngine
	}
	if reason := foreignOS(&pod.Spec); reason != "" {
		return reason
	}
	if grace := pod.Spec.TerminationGracePeriodSeconds; grace != nil && *grace == 0 {
		return ReasonGraceZero
	}
	return ""
}

// strangers are the names in the pod's own annotations that none of its containers has.
// A namespace may well name containers that only some of its pods have.
func strangers(pod *corev1.Pod, settings config.Settings) []config.Problem {
	known := map[string]bool{}
	for _, list := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for i := range list {
			known[list[i].Name] = true
		}
	}
	var problems []config.Problem
	check := func(key string, names []string) {
		for _, name := range names {
			if !known[name] {
				problems = append(problems, config.Problem{Key: config.Prefix + key, Value: name, Verdict: "is ignored: the pod has no such container"})
			}
		}
	}
	check(string(config.FieldContainers), settings.All.Containers)
	check(string(config.FieldExcludeContainers), settings.All.ExcludeContainers)
	check("*.CONTAINER", slices.Sorted(maps.Keys(settings.Each)))
	return problems
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

// decide fills in the action; pod is the policy of the pod as a whole.
func (c *Choice) decide(pod config.Policy, facts Facts) {
	if isWrapped(c.container) {
		c.Action, c.Kept = Wrapped, true
		return
	}
	if c.Reason = c.leftOut(pod); c.Reason != "" {
		c.Action = Left
		return
	}
	c.Action = HooksOnly
	if c.Reason = c.findCommand(facts); c.Reason != "" {
		return
	}
	words := slices.Concat(c.Command, c.Args, c.container.Args)
	if c.Reason = InitOf(words); c.Reason == "" {
		c.Action = Wrapped
	}
}

// leftOut says why the container is none of softstop's business.
func (c *Choice) leftOut(pod config.Policy) Reason {
	named := slices.Contains(pod.Containers.Value, c.Name)
	switch {
	case slices.Contains(pod.ExcludeContainers.Value, c.Name):
		return ReasonExcluded
	case named:
		return ""
	case c.Kind == Init:
		return ReasonInitContainer
	case len(pod.Containers.Value) > 0:
		return ReasonExcluded
	case slices.Contains(meshProxies(), c.Name):
		return ReasonMeshSidecar
	case c.Kind == Sidecar && !pod.Sidecars.Value:
		return ReasonSidecar
	}
	return ""
}

// findCommand finds out what the container runs: the pod spec, else the command
// annotation, else the configuration's images, else the image.
func (c *Choice) findCommand(facts Facts) Reason {
	c.Arriving = podStopSignal(c.container)
	if len(c.container.Command) > 0 {
		c.Command = c.container.Command
		c.Args = argsWithoutInit(c.container)
		return ""
	}
	if c.Policy.Command.Value != nil {
		c.Command = c.Policy.Command.Value
		return ""
	}
	image, known := facts.Config.ImageFor(c.container.Image)
	if !known {
		answer, asked := facts.Images[c.Name]
		if !asked {
			return ReasonNoCommand
		}
		if answer.Reason != "" {
			return answer.Reason
		}
		image = answer.Image
	}
	if signal, ok := initbin.ParseSignal(image.StopSignal); ok && c.Arriving == 0 {
		c.Arriving = signal
	}
	c.Command = escapeDollars(image.Entrypoint)
	if len(c.container.Args) == 0 {
		c.Command = append(c.Command, escapeDollars(image.Cmd)...)
		if len(c.Command) == 0 {
			return ReasonEmptyImage
		}
	}
	return ""
}

func podStopSignal(c *corev1.Container) initbin.Signal {
	if c.Lifecycle == nil || c.Lifecycle.StopSignal == nil {
		return 0
	}
	signal, _ := initbin.ParseSignal(string(*c.Lifecycle.StopSignal))
	return signal
}

// escapeDollars doubles every $, so that Kubernetes' expansion of $(VAR) and $$ gives
// back what the image says: images are not expanded, pod specs are.
func escapeDollars(words []string) []string {
	escaped := make([]string, len(words))
	for i, word := range words {
		escaped[i] = strings.ReplaceAll(word, "$", "$$")
	}
	return escaped
}

// isWrapped reports whether c runs under an init that a carrier brings: the command's
// program is softstop-init in a folder where a volume is mounted.
func isWrapped(c *corev1.Container) bool {
	return len(c.Command) > 0 && isCarried(c, c.Command[0])
}

func isCarried(c *corev1.Container, program string) bool {
	return path.Base(program) == initbin.Name && slices.ContainsFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool {
		return m.MountPath == path.Dir(program)
	})
}

// argsWithoutInit returns c's args without the init, if another wrapper has put itself
// before it: it took our command for the application's and made it its arguments. nil
// means that the init is not there.
func argsWithoutInit(c *corev1.Container) []string {
	for i, word := range c.Args {
		if !isCarried(c, word) {
			continue
		}
		if _, command, problem := initbin.Parse(c.Args[i+1:]); problem.Reason == "" {
			return slices.Concat(c.Args[:i], c.Args[i+1+command:])
		}
	}
	return nil
}
