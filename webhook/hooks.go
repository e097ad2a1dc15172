package webhook

import (
	"path"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/initbin"
)

// Serves reports whether c takes requests: it declares a port or a readiness probe.
func Serves(c *corev1.Container) bool { return len(c.Ports) > 0 || c.ReadinessProbe != nil }

// OwnPreStop returns whether c has a preStop hook and, if it is a plain sleep, for how
// long; 0 for a hook whose length nobody can know.
func OwnPreStop(c *corev1.Container) (has bool, length time.Duration) {
	if c.Lifecycle == nil || c.Lifecycle.PreStop == nil {
		return false, 0
	}
	hook := c.Lifecycle.PreStop
	switch {
	case hook.Sleep != nil:
		return true, time.Duration(min(max(hook.Sleep.Seconds, 0), int64(maxHook/time.Second))) * time.Second
	case hook.Exec != nil:
		return true, execSleep(hook.Exec.Command)
	}
	return true, 0
}

// maxHook bounds the sleeps of other people's hooks, far from overflow.
const maxHook = 24 * time.Hour

// execSleep returns how long a hook's command sleeps if that is all it does.
func execSleep(command []string) time.Duration {
	if len(command) == 3 && command[1] == "-c" && (path.Base(command[0]) == "sh" || path.Base(command[0]) == "bash") {
		command = strings.Fields(command[2])
	}
	word := ""
	switch {
	case len(command) == 2 && path.Base(command[0]) == "sleep":
		word = command[1]
	case len(command) == 3 && path.Base(command[0]) == initbin.Name && command[1] == "sleep":
		word = command[2]
	}
	if _, err := strconv.ParseFloat(word, 64); err == nil {
		word += "s"
	}
	length, err := time.ParseDuration(word)
	if err != nil || length < 0 || length > maxHook {
		return 0
	}
	return length
}

// drainHook returns the preStop hook that drains for d. With the init at hand it works
// on every kubelet; without it only where preStop.sleep is known, else nil.
func drainHook(d time.Duration, sleepAction bool, program string) *corev1.LifecycleHandler {
	switch {
	case sleepAction:
		return &corev1.LifecycleHandler{Sleep: &corev1.SleepAction{Seconds: int64(ceilSeconds(d) / time.Second)}}
	case program != "":
		return &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{program, "sleep", d.String()}}}
	}
	return nil
}
