package plugin

import (
	"path"
	"slices"
	"strings"

	"github.com/containerd/nri/pkg/api"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
)

// The kubelet tells the runtime of each container where it reads a termination message, and when.
const (
	messagePath   = "io.kubernetes.container.terminationMessagePath"
	messagePolicy = "io.kubernetes.container.terminationMessagePolicy"
	imageName     = "io.kubernetes.cri.image-name"
)

// planOf returns what the webhook planned for a pod; nothing if it did not, or if another runtime handler
// than the node's own runs it: a virtual machine does not see the node's files. A pod that opts out may
// have the annotation from an earlier life, as a manifest that was copied.
func planOf(pod *api.PodSandbox, limits func() config.Limits) (plan inject.Status, ok bool) {
	text, planned := pod.GetAnnotations()[config.StatusKey]
	if !planned || pod.GetRuntimeHandler() != "" {
		return inject.Status{}, false
	}
	if pod.GetAnnotations()[config.InjectKey] == "false" && !slices.Contains(limits().Locked, config.FieldInject) {
		return inject.Status{}, false
	}
	plan, err := inject.ReadStatus(text)
	return plan, err == nil && plan.Carrier == config.CarrierNode
}

// processOf is what the runtime is about to start.
func processOf(container *api.Container) inject.Process {
	p := inject.Process{Args: container.GetArgs(), Env: container.GetEnv(), Report: reportOf(container)}
	for _, m := range container.GetMounts() {
		p.Mounts = append(p.Mounts, m.GetDestination())
	}
	return p
}

// reportOf is the kubelet's file for a termination message, empty if there is none. What the annotation
// says is believed only where the kubelet has mounted the file.
func reportOf(container *api.Container) string {
	annotations := container.GetAnnotations()
	file := annotations[messagePath]
	if annotations[messagePolicy] != "File" || !strings.HasPrefix(file, "/") {
		return ""
	}
	for _, m := range container.GetMounts() {
		if path.Clean(m.GetDestination()) == path.Clean(file) {
			return file
		}
	}
	return ""
}

// imageOf is the name of a container's image; empty if the runtime does not say.
func imageOf(container *api.Container) string {
	if name := container.GetImage().GetName(); name != "" {
		return name
	}
	return container.GetAnnotations()[imageName]
}

// adjust is the engine's answer as the runtime wants it. program is the init on the node.
func adjust(w inject.Wrapping, program string) *api.ContainerAdjustment {
	a := &api.ContainerAdjustment{}
	a.AddMount(&api.Mount{Source: program, Destination: w.Program, Type: "bind", Options: []string{"bind", "ro", "nosuid", "nodev"}})
	// Another plugin may have set the command line before: what it made of it is what we were shown.
	a.UpdateArgs(w.Args)
	return a
}
