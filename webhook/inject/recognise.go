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
	command []string // what follows --
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
	if len(c.Command) == 0 || !isCarried(c, c.Command[0]) {
		return nil
	}
	end := slices.Index(c.Command, "--")
	if end < 0 {
		return nil
	}
	w := &wrap{program: c.Command[0], command: slices.Clip(c.Command[end+1:])}
	if options, _, problem := initbin.Parse(append(unescapeDollars(c.Command[1:end+1]), "command")); problem.Reason == "" {
		w.options = options
	}
	return w
}

// argsWithoutInit returns c's args without the init, if another wrapper has put itself
// before it: it took our command for the application's and made it its arguments. nil
// means that the init is not there.
func argsWithoutInit(c *corev1.Container) []string {
	for i, word := range c.Args {
		if !isCarried(c, word) {
			continue
		}
		if end := slices.Index(c.Args[i:], "--"); end >= 0 && i+end+1 < len(c.Args) {
			return slices.Concat(c.Args[:i], c.Args[i+end+1:])
		}
	}
	return nil
}

// isCarried reports whether program is the init where a carrier has it in c: nothing else
// is mounted there.
func isCarried(c *corev1.Container, program string) bool {
	dir, base := path.Split(program)
	if base != initbin.Name || !isNumbered(path.Clean(dir), mountPath) || program != path.Join(dir, base) {
		return false
	}
	return !slices.ContainsFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool {
		return path.Clean("/"+m.MountPath) == path.Clean(dir) && !isOurPlace(m)
	})
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
	return len(command) == 3 && command[1] == "sleep" && isCarried(c, command[0])
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
