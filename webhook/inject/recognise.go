package inject

import (
	"path"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/initbin"
)

// wrap is the init before a command.
type wrap struct {
	program string
	options initbin.Options
	// command is what follows --; before is another wrapper that has put itself in front of it.
	before, command []string
	// inArgs means that all of it is in the args: the other wrapper took our command for the
	// application's and made it its arguments.
	inArgs bool
}

// dir is where w's container has the carrier; no folder's name for nil.
func (w *wrap) dir() string {
	if w == nil {
		return ""
	}
	return path.Dir(w.program)
}

// wrapping returns how c is wrapped, or nil. Flags that this version does not know, as
// another version's, do not keep the command from being found: no flag's value is --.
func wrapping(c *corev1.Container) *wrap {
	carried := carriedIn(c)
	words, inArgs := c.Command, false
	at, end := findInit(words, carried)
	if at < 0 {
		words, inArgs = c.Args, true
		at, end = findInit(words, carried)
	}
	if at < 0 {
		return nil
	}
	w := &wrap{program: words[at], before: slices.Clip(words[:at]), command: slices.Clip(words[end:]), inArgs: inArgs}
	if options, _, problem := initbin.Parse(append(unescapeDollars(words[at+1:end]), "command")); problem.Reason == "" {
		w.options = options
	}
	// Once more than once is one too many: what an earlier version could not find.
	for at, end = findInit(w.command, carried); at >= 0; at, end = findInit(w.command, carried) {
		w.before, w.command = append(w.before, w.command[:at]...), w.command[end:]
	}
	return w
}

// bare is w without the init.
func (w *wrap) bare() []string {
	if len(w.before) == 0 {
		return w.command
	}
	return slices.Concat(w.before, w.command)
}

// findInit returns where in words the init stands, and where what follows its -- begins; -1
// if it does not.
func findInit(words []string, carried func(string) bool) (at, end int) {
	for i, word := range words {
		if carried(word) {
			if dashes := slices.Index(words[i:], "--"); dashes >= 0 {
				return i, i + dashes + 1
			}
			break
		}
	}
	return -1, -1
}

// carriedIn returns what reports whether a program is the init where a carrier has it in c:
// nothing else is mounted there.
func carriedIn(c *corev1.Container) func(program string) bool {
	var others map[string]bool
	return func(program string) bool {
		dir, base := path.Split(program)
		if base != initbin.Name || !isNumbered(path.Clean(dir), mountPath) || program != path.Join(dir, base) {
			return false
		}
		if others == nil {
			others = map[string]bool{}
			for _, m := range c.VolumeMounts {
				if !isOurPlace(m) {
					others[path.Clean("/"+m.MountPath)] = true
				}
			}
		}
		return !others[path.Clean(dir)]
	}
}

// isOurPlace reports whether m is where a wrapped container has the carrier. Ours is
// read-only; but what somebody has made writable since is still ours to mend.
func isOurPlace(m corev1.VolumeMount) bool {
	return isNumbered(m.Name, volumeName) && isNumbered(m.MountPath, mountPath) && m.SubPath == "" && m.SubPathExpr == ""
}

// isInstaller reports whether c is the carrier's own init container.
func isInstaller(c *corev1.Container) bool {
	return isNumbered(c.Name, installerName) && len(c.Command) == 3 && len(c.Args) == 0 &&
		c.Command[0] == imageProgram && c.Command[1] == "install" && isNumbered(c.Command[2], mountPath)
}

// isOwnHook reports whether c's preStop hook runs the init, which leaves with the carrier.
func isOwnHook(c *corev1.Container) bool {
	if c.Lifecycle == nil || c.Lifecycle.PreStop == nil || c.Lifecycle.PreStop.Exec == nil {
		return false
	}
	command := c.Lifecycle.PreStop.Exec.Command
	return len(command) == 3 && command[1] == "sleep" && carriedIn(c)(command[0])
}

// isNumbered reports whether name is one that firstFree makes of base.
func isNumbered(name, base string) bool {
	number, suffixed := strings.CutPrefix(name, base+"-")
	if !suffixed {
		return name == base
	}
	n, err := strconv.Atoi(number)
	return err == nil && n >= 2 && strconv.Itoa(n) == number
}
