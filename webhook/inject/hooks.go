package inject

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/webhook/commandline"
)

// Serves reports whether c takes requests: it declares a port or a readiness probe.
func Serves(c *corev1.Container) bool { return len(c.Ports) > 0 || c.ReadinessProbe != nil }

// PreStop is a container's own preStop hook.
type PreStop struct {
	// Has means that there is one; the rest is about it.
	Has bool
	// OptsOut means that it is a sleep of 0 s: the way to say to webhooks such as this one
	// that nothing is to be added (KEP-4818).
	OptsOut bool
	commandline.Hook
}

// PreStopOf reads c's preStop hook. What an HTTP request does nobody can know, unless it
// asks for a stop by name.
func PreStopOf(c *corev1.Container) PreStop {
	if c.Lifecycle == nil || c.Lifecycle.PreStop == nil {
		return PreStop{}
	}
	own := PreStop{Has: true}
	switch hook := c.Lifecycle.PreStop; {
	case hook.Sleep != nil:
		own.Length = time.Duration(min(max(hook.Sleep.Seconds, 0), int64(maxHook/time.Second))) * time.Second
		own.OptsOut = own.Length == 0
	case hook.Exec != nil:
		own.Hook = commandline.HookOf(hook.Exec.Command)
	case hook.HTTPGet != nil:
		own.Hook = commandline.HookOf([]string{"curl", hook.HTTPGet.Path})
	}
	return own
}

// StopsBehindInit reports whether the hook stops the program behind the back of an init for which
// SIGTERM, SIGINT and signals are stop signals: of these, the init passes on what the hook sends to
// process 1 when the drain is over.
func (p PreStop) StopsBehindInit(signals ...initbin.Signal) bool {
	held := append([]initbin.Signal{initbin.SIGTERM, initbin.SIGINT}, signals...)
	return p.Stops && (p.ToProcess1 == 0 || !slices.Contains(held, p.ToProcess1))
}

// OwnPreStop returns whether c has a preStop hook and how long it takes at least; 0 for a
// hook whose length nobody can know, or that never ends.
func OwnPreStop(c *corev1.Container) (has bool, length time.Duration) {
	own := PreStopOf(c)
	return own.Has, own.length()
}

// length is how long the hook takes at least, 0 if nobody can know or it never ends.
func (p PreStop) length() time.Duration {
	if p.Endless {
		return 0
	}
	return p.Length
}

// maxHook bounds the sleeps of other people's hooks, far from overflow.
const maxHook = 24 * time.Hour

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
