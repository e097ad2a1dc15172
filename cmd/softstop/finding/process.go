package finding

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/cmd/softstop/pid1"
	"github.com/softstop/softstop/webhook/inject"
)

// process is about what runs as process 1 of a container.
func (s *subject) process(c *corev1.Container, at ...string) []Finding {
	words := slices.Concat(c.Command, c.Args)
	where := slices.Concat(at, []string{"command"})
	if len(c.Command) == 0 {
		image, ok := s.Known(c)
		if !ok {
			return []Finding{found(CommandUnknown, c.Name, fmt.Sprintf("the spec does not say what image %q runs", c.Image), slices.Concat(at, []string{"image"})...)}
		}
		if words = slices.Concat(image.Entrypoint, c.Args); len(c.Args) == 0 {
			words = slices.Concat(image.Entrypoint, image.Cmd)
		}
		where = slices.Concat(at, []string{"image"})
	}
	if len(words) == 0 || inject.InitOf(words, inject.Variables(c.Env)) != "" {
		return nil
	}
	answer := pid1.Of(words, pid1.Around{Image: c.Image, Terminal: c.Stdin && c.TTY, Shared: s.shared})
	if answer.Fate == pid1.Fine {
		return nil
	}
	f := describe(answer, c.Name, where)
	if answer.Rewritten != "" {
		f = rewrite(f, c, answer, at)
	}
	return []Finding{f}
}

// describe puts what is known about process 1 into words.
func describe(a pid1.Answer, container string, where []string) Finding {
	because := ""
	if a.Why != "" {
		because = ": " + a.Why
	}
	in := func(id ID, what, fix string) Finding {
		f := found(id, container, what, where...)
		if fix != "" {
			f.Fix = fix
		}
		return f
	}
	front := ""
	if a.Command != "" {
		front = fmt.Sprintf(" with %q in front", a.Command)
	}
	switch a.Fate {
	case pid1.Stays:
		return in(ShellPID1, fmt.Sprintf("process 1 is %s, which stays%s%s", a.Program, front, because), fixOf(a))
	case pid1.Behind:
		return in(TrapBehind, fmt.Sprintf("process 1 is %s, whose trap waits behind %q", a.Program, a.Command), fixOf(a))
	case pid1.CutShort:
		if a.Command == "" {
			return in(CutShort, fmt.Sprintf("process 1 is %s%s", a.Program, because), "start the program itself, such as node server.js, as process 1")
		}
		return in(CutShort, fmt.Sprintf("process 1 is %s, which ends before %q%s", a.Program, a.Command, because), "trap 'kill $pid; wait $pid' TERM; PROGRAM & pid=$!; wait $pid")
	case pid1.Ignores:
		return in(NoHandler, fmt.Sprintf("process 1 is %s, which ignores SIGTERM as process 1", a.Program), fixOf(a))
	case pid1.MayIgnore:
		f := in(NoHandler, fmt.Sprintf("process 1 is %s, which ignores SIGTERM as process 1 unless the program that it runs handles it", a.Program), "")
		f.Level = Note
		return f
	case pid1.MayStay:
		return in(ShellMayStay, fmt.Sprintf("process 1 is %s%s: %s would make way, others stay", a.Program, front, a.Why), "")
	default:
		return in(ScriptPID1, fmt.Sprintf("process 1 is the script %s", a.Program), "")
	}
}

// fixOf is the advice that can help; "" means that the kind's own does.
func fixOf(a pid1.Answer) string {
	switch {
	case a.Idle:
		return "exec cannot help; in a shell: trap 'exit 0' TERM; sleep infinity & wait; or run it under an init"
	case a.Loop:
		return "exec cannot help in a loop; begin the script with trap 'exit 0' TERM, and put what runs for long in it into the background: PROGRAM & wait $!"
	case a.Rewritten != "":
		return "start the last command with exec"
	}
	return ""
}

// rewrite adds the script with its exec to a finding, if the script stands in the spec.
func rewrite(f Finding, c *corev1.Container, a pid1.Answer, at []string) Finding {
	for field, list := range map[string][]string{"command": c.Command, "args": c.Args} {
		i := slices.Index(list, a.Script)
		if i < 0 {
			continue
		}
		changed := slices.Clone(list)
		changed[i] = a.Rewritten
		f = f.with(inContainer(at, c.Name, map[string]any{field: changed}))
		return f.repairs("replace", pointer(at, field), changed)
	}
	return f
}
