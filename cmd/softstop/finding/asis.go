package finding

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/webhook"
)

// Known says what the image of a container runs; ok is false if nobody knows.
type Known func(c *corev1.Container) (image config.Image, ok bool)

// AsIs returns what keeps pod from stopping well as it is written. job means that the
// pod is a Job's, which serves nobody.
func AsIs(pod *corev1.Pod, job bool, known Known) []Finding {
	var all []Finding
	grace := 30 * time.Second // Kubernetes' default
	if g := pod.Spec.TerminationGracePeriodSeconds; g != nil {
		grace = time.Duration(*g) * time.Second
	}
	if grace <= 0 {
		return []Finding{found(GraceZero, "", "", "spec", "terminationGracePeriodSeconds")}
	}
	for i := range pod.Spec.InitContainers {
		if c := &pod.Spec.InitContainers[i]; c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			all = append(all, process(c, known, "spec", "initContainers", strconv.Itoa(i))...)
		}
	}
	for i := range pod.Spec.Containers {
		c := &pod.Spec.Containers[i]
		at := []string{"spec", "containers", strconv.Itoa(i)}
		all = append(all, process(c, known, at...)...)
		all = append(all, drain(c, grace, job, at...)...)
	}
	return all
}

// process is about what runs as process 1 of a container.
func process(c *corev1.Container, known Known, at ...string) []Finding {
	words := slices.Concat(c.Command, c.Args)
	where := slices.Concat(at, []string{"command"})
	if len(c.Command) == 0 {
		image, ok := known(c)
		if !ok {
			return []Finding{found(CommandUnknown, c.Name, fmt.Sprintf("the spec does not say what image %q runs", c.Image), slices.Concat(at, []string{"image"})...)}
		}
		where = slices.Concat(at, []string{"image"})
		if words = slices.Concat(image.Entrypoint, c.Args); len(c.Args) == 0 {
			words = slices.Concat(image.Entrypoint, image.Cmd)
		}
	}
	if len(words) == 0 || webhook.InitOf(words) != "" {
		return nil
	}
	if id := shellProblem(words); id != "" {
		return []Finding{found(id, c.Name, "", where...)}
	}
	return nil
}

// drain is about the time between the decision to stop a container and its stop signal.
func drain(c *corev1.Container, grace time.Duration, job bool, at ...string) []Finding {
	has, hook := webhook.OwnPreStop(c)
	held, planned := heldBack(c)
	hook += held
	switch {
	case hook >= grace:
		what := fmt.Sprintf("it drains for %s, and the whole pod has %s: it is killed as soon as it is told", hook, grace)
		return []Finding{found(GraceTooShort, c.Name, what, "spec", "terminationGracePeriodSeconds")}
	case !has && hook == 0 && !planned && !job && webhook.Serves(c):
		return []Finding{found(NoDrain, c.Name, "", slices.Concat(at, []string{"lifecycle"})...)}
	}
	return nil
}

// heldBack returns for how long the init holds the stop signal back, and whether there is an init of softstop's at all: then
// somebody wanted just this drain.
func heldBack(c *corev1.Container) (drain time.Duration, planned bool) {
	if len(c.Command) == 0 || path.Base(c.Command[0]) != initbin.Name {
		return 0, false
	}
	options, _, problem := initbin.Parse(slices.Concat(c.Command[1:], c.Args))
	if problem.Reason != "" {
		return 0, true
	}
	return options.Drain, true
}
