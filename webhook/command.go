package webhook

import (
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/initbin"
)

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
