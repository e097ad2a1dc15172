package inject

import (
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/initbin"
)

// PlanVersion is the version of what the status tells the nodes' plugins: the webhook trusts only
// plugins that know it.
const PlanVersion = "1"

// What the webhook and the tool know of the plugins' pods.
const (
	// PlanLabel is their label with the version of the plans that they understand.
	PlanLabel = "softstop.dev/plan"
	// LedgerPath is where they serve, over HTTP, what became of the containers on their node: a JSON object
	// with the runtime's ids of those that were to be wrapped, each with "wrapped" or a Reason.
	LedgerPath = "/containers"
)

// Process is what a container runtime is about to start, which nobody knows before.
type Process struct {
	// Args is the whole command line; Env are the variables, NAME=VALUE.
	Args, Env []string
	// Mounts are where the container has something mounted.
	Mounts []string
	// Report is the kubelet's file for a termination message, as the container sees it; empty if the
	// kubelet reads none, or the log instead.
	Report string
}

// Wrapping is how a process is to be started instead.
type Wrapping struct {
	// Args is the whole command line, the init first.
	Args []string
	// Program is where in the container the init is mounted.
	Program string
	// Flags are the init's.
	Flags []string
}

// flagsOnNode are the flags that the status tells the node's plugin: what somebody chose, not what the
// container is, which the plugin sees for itself.
func (c *ContainerPlan) flagsOnNode() (flags []string, podSignal string) {
	if !c.onNode {
		return nil, ""
	}
	if signal := podStopSignal(c.container); signal != 0 {
		podSignal = signal.String()
	}
	o := c.Options
	o.Report, o.CommandOf, o.EntrypointOf = "", "", ""
	o.StopSignal = stopSignal(0, c.Policy.StopSignal.Value)
	flags = o.Words()
	return flags[:len(flags)-1], podSignal
}

// OnNode decides about a container that a runtime is about to start: how it is wrapped, or why it is not.
// imageSignal asks for the image's stop signal, which takes the runtime a moment; it is not asked in vain.
//
// The status is an annotation, and so anybody's who may create pods. It chooses among flags, within
// limits; no path and no command comes from it.
func (s Status) OnNode(container string, p Process, limits config.Limits, imageSignal func() (signal string, known bool)) (Wrapping, Reason) {
	told := s.container(container)
	if s.Carrier != config.CarrierNode || told.Action != Wrapped {
		return Wrapping{}, ReasonNotOptedIn
	}
	options, _, problem := initbin.Parse(slices.Concat(told.Flags, []string{"--", "command"}))
	if problem.Reason != "" {
		return Wrapping{}, ReasonPlanUnknown
	}
	if len(p.Args) == 0 {
		return Wrapping{}, ReasonEmptyImage
	}
	if reason := InitOf(p.Args[:min(len(p.Args), maxLooked)], Variables(variables(p.Env))); reason != "" {
		return Wrapping{}, reason
	}
	dir, ok := freePlace(p.Mounts)
	if !ok {
		return Wrapping{}, ReasonMountTaken
	}
	options.Drain = min(options.Drain, limits.MaxDrain)
	if options.MaxDrain = min(options.MaxDrain, limits.MaxDrain); options.MaxDrain <= options.Drain {
		options.MaxDrain = 0
	}
	options.StopTimeout = min(options.StopTimeout, max(limits.MaxGrace, defaultGrace))
	options.Report, options.CommandOf, options.EntrypointOf, options.Verbose = p.Report, "", "", false
	named := told.StopSignal
	if named == "" {
		var known bool
		if named, known = imageSignal(); !known {
			return Wrapping{}, ReasonImageUnknown
		}
	}
	arriving, _ := initbin.ParseSignal(named)
	options.StopSignal = stopSignal(arriving, options.StopSignal.Told)
	program, flags := path.Join(dir, initbin.Name), options.Words()
	return Wrapping{Args: slices.Concat([]string{program}, flags, p.Args), Program: program, Flags: flags[:len(flags)-1]}, ""
}

// freePlace returns a folder at the root in which nothing of mounts is.
func freePlace(mounts []string) (dir string, ok bool) {
	taken := map[string]bool{}
	for _, used := range mounts {
		top, _, _ := strings.Cut(path.Clean("/" + used)[1:], "/")
		if top == "" {
			return "", false
		}
		taken["/"+top] = true
	}
	return firstFree(mountPath, taken), true
}

// variables are those of a process, as a pod spec has them.
func variables(env []string) (list []corev1.EnvVar) {
	for _, variable := range env {
		name, value, _ := strings.Cut(variable, "=")
		list = append(list, corev1.EnvVar{Name: name, Value: value})
	}
	return list
}
