package inject

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/initbin"
)

// findCommand finds out what the container runs: the pod spec, else the command
// annotation, else the configuration's images, else the image.
func (c *Choice) findCommand(settings config.Config, images map[string]ImageAnswer) Reason {
	c.Arriving = podStopSignal(c.container)
	if len(c.container.Command) > 0 {
		c.Command = c.container.Command
		return ""
	}
	if c.Policy.Command.Value != nil {
		c.Command = c.Policy.Command.Value
		c.isOfImage()
		return ""
	}
	image, known := settings.ImageFor(c.container.Image)
	if !known {
		answer, asked := images[c.Name]
		switch {
		case !asked && c.onNode:
			return "" // the plugin knows
		case (!asked || answer.Reason != "") && c.knewIt():
			return ""
		case !asked:
			return ReasonNoCommand
		case answer.Reason != "":
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
	c.isOfImage()
	return ""
}

// needsImage reports whether only the image itself says what the container runs.
func (c *Choice) needsImage(settings config.Config) bool {
	if c.onNode || len(c.container.Command) > 0 || c.Policy.Command.Value != nil {
		return false
	}
	_, known := settings.ImageFor(c.container.Image)
	return !known
}

// isOfImage notes that the command is not the pod's own.
func (c *Choice) isOfImage() {
	if len(c.container.Args) == 0 {
		c.CommandOf = c.container.Image
	} else {
		c.EntrypointOf = c.container.Image
	}
}

// knewIt takes the command that an earlier pass found, if it is of the same image and as
// much of it as is needed now, and reports whether it did.
func (c *Choice) knewIt() bool {
	if c.earlier.image != c.container.Image || c.earlier.image == "" || c.earlier.whole != (len(c.container.Args) == 0) {
		return false
	}
	c.Command = c.earlier.words
	if c.Arriving == 0 {
		c.Arriving = c.earlier.arriving
	}
	c.isOfImage()
	return true
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

// unescapeDollars takes back escapeDollars.
func unescapeDollars(words []string) []string {
	plain := make([]string, len(words))
	for i, word := range words {
		plain[i] = strings.ReplaceAll(word, "$$", "$")
	}
	return plain
}
