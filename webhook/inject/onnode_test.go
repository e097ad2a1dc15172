package inject_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/webhook/inject"
)

// planned is a status that has one container wrapped by the node's plugin.
func planned(flags ...string) inject.Status {
	return inject.Status{
		Carrier:    config.CarrierNode,
		Containers: []inject.ContainerStatus{{Name: "app", Action: inject.Wrapped, Flags: flags}},
	}
}

func withSignal(s inject.Status, signal string) inject.Status {
	s.Containers[0].StopSignal = signal
	return s
}

// What the plugin makes of a process, by what the webhook planned and what only the node knows.
func TestOnNode(t *testing.T) {
	command := []string{"/app", "-v"}
	for name, c := range map[string]struct {
		plan    inject.Status
		process inject.Process
		image   string // its stop signal; "?" if the runtime does not say
		want    string // the command line without the command, or the reason
	}{
		"as planned":           {planned("--stop-timeout=10s"), inject.Process{Args: command}, "", "/softstop/softstop-init --stop-timeout=10s --"},
		"no plan":              {inject.Status{Carrier: config.CarrierEmptyDir}, inject.Process{Args: command}, "", "not-opted-in"},
		"another container":    {inject.Status{Carrier: config.CarrierNode}, inject.Process{Args: command}, "", "not-opted-in"},
		"hooks only":           {inject.Status{Carrier: config.CarrierNode, Containers: []inject.ContainerStatus{{Name: "app", Action: inject.HooksOnly}}}, inject.Process{Args: command}, "", "not-opted-in"},
		"a plan of tomorrow":   {planned("--stop-timeout=10s", "--of-tomorrow=2s"), inject.Process{Args: command}, "", "plan-unknown"},
		"no plan but a word":   {planned("/bin/sh"), inject.Process{Args: command}, "", "plan-unknown"},
		"an end of the flags":  {planned("--", "/bin/sh"), inject.Process{Args: command}, "", "/softstop/softstop-init --stop-timeout=23s --"},
		"nothing to run":       {planned(), inject.Process{}, "", "empty-image"},
		"an init of its own":   {planned(), inject.Process{Args: []string{"/sbin/tini", "--", "/app"}}, "", "has-init"},
		"softstop's already":   {planned(), inject.Process{Args: []string{"/softstop/softstop-init", "--", "/app"}}, "", "has-init"},
		"a system":             {planned(), inject.Process{Args: []string{"sh", "-c", "exec $INIT"}, Env: []string{"INIT=/sbin/init"}}, "", "must-be-pid1"},
		"a place that is used": {planned("--stop-timeout=1s"), inject.Process{Args: command, Mounts: []string{"/proc", "/softstop/data", "/softstop-2"}}, "", "/softstop-3/softstop-init --stop-timeout=1s --"},
		"a mount at the root":  {planned(), inject.Process{Args: command, Mounts: []string{"/"}}, "", "mount-taken"},
		"a report":             {planned("--report=/etc/passwd", "--verbose", "--command-of=x"), inject.Process{Args: command, Report: "/dev/termination-log"}, "", "/softstop/softstop-init --stop-timeout=23s --report=/dev/termination-log --"},
		"no report":            {planned("--report=/etc/passwd"), inject.Process{Args: command}, "", "/softstop/softstop-init --stop-timeout=23s --"},
		"limits":               {planned("--drain=2h", "--stop-timeout=20h"), inject.Process{Args: command}, "", "/softstop/softstop-init --stop-timeout=10m0s --drain=1m0s --"},
		"a range's limit":      {planned("--drain=5s..2h"), inject.Process{Args: command}, "", "/softstop/softstop-init --stop-timeout=23s --drain=5s..1m0s --"},
		"a range beyond it":    {planned("--drain=2m..2h"), inject.Process{Args: command}, "", "/softstop/softstop-init --stop-timeout=23s --drain=1m0s --"},
		"the image's signal":   {planned(), inject.Process{Args: command}, "SIGQUIT", "/softstop/softstop-init --stop-timeout=23s --stop-signal=SIGQUIT --"},
		"SIGTERM":              {planned(), inject.Process{Args: command}, "SIGTERM", "/softstop/softstop-init --stop-timeout=23s --"},
		"a signal by number":   {planned(), inject.Process{Args: command}, "3", "/softstop/softstop-init --stop-timeout=23s --stop-signal=SIGQUIT --"},
		"no signal":            {planned(), inject.Process{Args: command}, "SIGNOTHING", "/softstop/softstop-init --stop-timeout=23s --"},
		"the policy's signal":  {planned("--stop-signal=SIGINT"), inject.Process{Args: command}, "SIGQUIT", "/softstop/softstop-init --stop-timeout=23s --stop-signal=SIGQUIT:SIGINT --"},
		"the pod's signal":     {withSignal(planned(), "SIGTERM"), inject.Process{Args: command}, "SIGQUIT", "/softstop/softstop-init --stop-timeout=23s --"},
		"an unknown image":     {planned(), inject.Process{Args: command}, "?", "image-unknown"},
		"nobody asks in vain":  {withSignal(planned(), "SIGUSR1"), inject.Process{Args: command}, "?", "/softstop/softstop-init --stop-timeout=23s --stop-signal=SIGUSR1 --"},
	} {
		t.Run(name, func(t *testing.T) {
			limits := config.Limits{MaxDrain: time.Minute, MaxGrace: 10 * time.Minute}
			got, reason := c.plan.OnNode("app", c.process, limits, func() (string, bool) { return c.image, c.image != "?" })
			if reason != "" {
				if string(reason) != c.want {
					t.Errorf("got %s, want %s", reason, c.want)
				}
				return
			}
			front := len(got.Args) - len(c.process.Args)
			if !slices.Equal(got.Args[front:], c.process.Args) || strings.Join(got.Args[:front], " ") != c.want {
				t.Errorf("got %q, want %s and the command", got.Args, c.want)
			}
			if got.Program != got.Args[0] || !slices.Equal(got.Flags, got.Args[1:front-1]) {
				t.Errorf("program %s and flags %q are not those of %q", got.Program, got.Flags, got.Args)
			}
		})
	}
}

// TestOnNodeForged: whatever a tenant writes into the annotation, the program, its place, the file of
// the report and the command are what the node says.
func TestOnNodeForged(t *testing.T) {
	for _, flags := range [][]string{
		{"/bin/sh", "-c", "reboot"},
		{"--", "/bin/sh"},
		{"--report=/etc/passwd"},
		{"--report=/dev/termination-log", "--command-of=other", "--entrypoint-of=other"},
		{"--version"},
		{"install", "/host"},
		{"--stop-timeout=10s", "--", "/bin/sh", "--"},
		{"--stop-timeout=99999h", "--drain=99999h"},
		{"--drain=1s..99999h"},
		{""},
		{"--stop-timeout=1s\x00--report=/x"},
	} {
		process := inject.Process{Args: []string{"/app", "-v"}, Report: "/dev/termination-log", Mounts: []string{"/data"}}
		got, reason := planned(flags...).OnNode("app", process, config.Default().Limits, func() (string, bool) { return "", true })
		if reason != "" {
			if reason != inject.ReasonPlanUnknown || got.Args != nil {
				t.Errorf("%q: %s, %q", flags, reason, got.Args)
			}
			continue
		}
		options, at, problem := initbin.Parse(got.Args[1:])
		if problem.Reason != "" || !slices.Equal(got.Args[1+at:], process.Args) || got.Args[0] != "/softstop/softstop-init" || got.Program != got.Args[0] {
			t.Errorf("%q become %q", flags, got.Args)
		}
		if options.Report != process.Report || options.CommandOf != "" || options.EntrypointOf != "" || options.StopTimeout > config.Default().Limits.MaxGrace || max(options.Drain, options.MaxDrain) > config.Default().Limits.MaxDrain {
			t.Errorf("%q become %+v", flags, options)
		}
	}
}
