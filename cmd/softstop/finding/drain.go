package finding

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"mvdan.cc/sh/v3/syntax"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/webhook/commandline"
	"github.com/softstop/softstop/webhook/inject"
)

const (
	// drainSeconds is how long the hook sleeps that a fix adds.
	drainSeconds = 5
	// defaultGrace is what a fix leaves a program besides its hook.
	defaultGrace = 30
)

// drain is about the time between the decision to stop a container and when its program is told.
func (s *subject) drain(c *corev1.Container, at ...string) []Finding {
	hook := inject.PreStopOf(c)
	options, planned := initOf(c)
	stops := hook.Stops
	if planned {
		stops = hook.StopsBehindInit(options.StopSignal.Arriving, options.StopSignal.Told)
	}
	drain := max(options.Drain, options.MaxDrain)
	told := hook.Length + drain
	switch {
	case stops:
		told = hook.Before
	case hook.Stops: // the init has the signal then
		told = hook.Before + drain
	}
	preStop := slices.Concat(at, []string{"lifecycle", "preStop"})
	switch {
	case hook.Endless && !hook.Stops:
		return []Finding{found(HookEndless, c.Name, "", preStop...)}
	case told >= s.grace:
		return []Finding{s.tooShort(c, told)}
	case stops && told == 0 && !s.Job:
		if level, _ := s.serves(c); level != "" {
			f := found(HookStops, c.Name, "", preStop...)
			f.Level = level
			return []Finding{s.sleepFirst(f, c, at)}
		}
	case hook.Has || told > 0 || planned || s.Job:
	default:
		return s.noDrain(c, at)
	}
	return nil
}

// tooShort is the finding of a program that is told when the grace period is over.
func (s *subject) tooShort(c *corev1.Container, told time.Duration) Finding {
	what := fmt.Sprintf("it drains for %s, and the whole pod has %s", told, s.grace)
	f := found(GraceTooShort, c.Name, what, "spec", "terminationGracePeriodSeconds")
	seconds := int64(told/time.Second) + defaultGrace
	f = f.with(map[string]any{"terminationGracePeriodSeconds": seconds})
	return f.repairs("add", "/spec/terminationGracePeriodSeconds", seconds)
}

// noDrain is the finding of a container without a hook, if it serves.
func (s *subject) noDrain(c *corev1.Container, at []string) []Finding {
	level, why := s.serves(c)
	if level == "" {
		return nil
	}
	f := found(NoDrain, c.Name, why, slices.Concat(at, []string{"lifecycle"})...)
	f.Level = level
	hook := map[string]any{"preStop": map[string]any{"sleep": map[string]any{"seconds": drainSeconds}}}
	f = f.with(inContainer(at, c.Name, map[string]any{"lifecycle": hook}))
	if s.grace > 2*drainSeconds*time.Second && c.Lifecycle == nil {
		f = f.repairs("add", pointer(at, "lifecycle"), hook)
	}
	return []Finding{f}
}

// sleepFirst adds the hook that sleeps before it does what it does. That is certain to help where
// it is a shell's script already, so that the image has a shell and its sleep.
func (s *subject) sleepFirst(f Finding, c *corev1.Container, at []string) Finding {
	exec := c.Lifecycle.PreStop.Exec
	if exec == nil {
		return f
	}
	command := slices.Clone(exec.Command)
	script, isShell := commandline.ScriptOf(command)
	sleep := fmt.Sprintf("sleep %d\n", drainSeconds)
	switch i := slices.Index(command, script.Text); {
	case isShell && script.Inline && i >= 0:
		command[i] = sleep + script.Text
	default:
		quoted := make([]string, len(command))
		for i, word := range command {
			var err error
			if quoted[i], err = syntax.Quote(word, syntax.LangPOSIX); err != nil {
				return f
			}
		}
		command = []string{"sh", "-c", sleep + "exec " + strings.Join(quoted, " ")}
	}
	f = f.with(inContainer(at, c.Name, map[string]any{"lifecycle": map[string]any{"preStop": map[string]any{"exec": map[string]any{"command": command}}}}))
	if isShell && script.Inline && s.grace > 2*drainSeconds*time.Second {
		f = f.repairs("replace", pointer(at, "lifecycle", "preStop", "exec", "command"), command)
	}
	return f
}

// initOf returns the options of softstop's init, and whether it is in the container: then somebody
// wanted just this drain.
func initOf(c *corev1.Container) (options initbin.Options, planned bool) {
	if len(c.Command) == 0 || path.Base(c.Command[0]) != initbin.Name {
		return initbin.Options{}, false
	}
	options, _, problem := initbin.Parse(slices.Concat(c.Command[1:], c.Args))
	if problem.Reason != "" {
		return initbin.Options{}, true
	}
	return options, true
}
