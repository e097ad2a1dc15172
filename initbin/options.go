package initbin

import (
	"strconv"
	"strings"
	"time"
)

// Name is the file name of the init, in its image and on the carrier.
const Name = "softstop-init"

// DefaultStopTimeout is how long the processes of a container have between the stop
// signal and SIGKILL when nobody says otherwise. With the built-in drain of 5 s and
// the margin of 2 s it fills Kubernetes' default grace period of 30 s.
const DefaultStopTimeout = 23 * time.Second

// Target says whom the init tells when it is asked to stop.
type Target uint8

const (
	// TargetAuto climbs the ladder: whoever is responsible first, then wider.
	TargetAuto Target = iota
	// TargetMain tells the main process only.
	TargetMain
	// TargetGroup tells the main process's process group.
	TargetGroup
	// TargetAll tells every descendant at once.
	TargetAll
)

// targetNames are the values of --signal-target, indexed by Target.
var targetNames = [...]string{TargetAuto: "auto", TargetMain: "main", TargetGroup: "group", TargetAll: "all"}

// Targets lists the values of --signal-target.
func Targets() []string { return targetNames[:] }

// String returns the value of --signal-target that means t.
func (t Target) String() string { return targetNames[t&3] }

// ExitCodes is a set of exit codes, 0 to 255.
type ExitCodes [4]uint64

// Add puts code, 0 to 255, into the set.
func (c *ExitCodes) Add(code int) { c[code>>6&3] |= 1 << (code & 63) }

// Has reports whether code is in the set.
func (c *ExitCodes) Has(code int) bool { return c[code>>6&3]>>(code&63)&1 == 1 }

// String returns the set as --ok-exit-codes takes it: ascending, with commas.
func (c ExitCodes) String() string {
	var codes []string
	for code := range 256 {
		if c.Has(code) {
			codes = append(codes, strconv.Itoa(code))
		}
	}
	return strings.Join(codes, ",")
}

// StopSignal is the value of --stop-signal, [ARRIVING:]TOLD. The zero value means
// that the application is told the stop signal as it arrived.
type StopSignal struct {
	// Arriving starts a stop besides SIGTERM and SIGINT: the image's STOPSIGNAL or the
	// pod's lifecycle.stopSignal. 0 means the same as Told.
	Arriving Signal
	// Told is what the application receives instead. 0 means the signal that arrived.
	Told Signal
}

// Options are the flags of softstop-init when it runs a command. The zero value of
// each field but StopTimeout is the flag's default.
type Options struct {
	// Drain is how long the stop signal is held back while the application goes on
	// serving. Used when a user's own preStop hook leaves no place for ours.
	Drain time.Duration
	// MaxDrain, if it is not 0, makes Drain the least: from then on the drain ends as soon as it is
	// quiet, at the latest after MaxDrain.
	MaxDrain time.Duration
	// Quiet is how long nothing may have happened for that; 0 means DefaultQuiet.
	Quiet time.Duration
	// Probes are the kubelet's probes of the container, which do not count: PORT/PERIOD with commas
	// between them, see NextProbe. Ports are the ports that the pod says the container listens on,
	// see NextPort, used where that cannot be seen.
	Probes, Ports string
	// StopTimeout is the time from telling the main process to SIGKILL, without Drain.
	StopTimeout time.Duration
	// StopSignal is what starts a stop and what the application is told.
	StopSignal StopSignal
	// SignalTarget is whom a stop is told to.
	SignalTarget Target
	// OKExitCodes become 0 when the container was asked to stop.
	OKExitCodes ExitCodes
	// Report is the file that gets one JSON line about the stop; empty means none.
	Report string
	// CommandOf is the image whose ENTRYPOINT and CMD the command is, EntrypointOf the one
	// whose ENTRYPOINT alone it is; both are empty for a command that the pod names itself.
	// The init does nothing with them. Whoever reads the pod later knows by them that the
	// pod itself has no command, and of which image this one is.
	CommandOf, EntrypointOf string
	// NoStacks leaves it at saying what a process waited for that is killed: none is asked to
	// print its stacks before that.
	NoStacks bool
	// Verbose makes the init say what it does, not only what it had to force.
	Verbose bool
}

// Defaults returns the options of a softstop-init without flags.
func Defaults() Options { return Options{StopTimeout: DefaultStopTimeout} }

// Words returns the command-line words that mean o, without the program's name,
// ending in "--": what follows is the command. Only what differs from the defaults
// is written, except the stop timeout, which is always there for people to see.
func (o Options) Words() []string {
	words := []string{"--stop-timeout=" + o.StopTimeout.String()}
	add := func(flag, value string) { words = append(words, "--"+flag+"="+value) }
	if o.Drains() {
		add("drain", FormatDrain(o.Drain, o.MaxDrain))
	}
	if o.Quiet != 0 {
		add("quiet", o.Quiet.String())
	}
	if o.Probes != "" {
		add("probes", o.Probes)
	}
	if o.Ports != "" {
		add("ports", o.Ports)
	}
	if o.StopSignal != (StopSignal{}) {
		add("stop-signal", o.StopSignal.String())
	}
	if o.SignalTarget != TargetAuto {
		add("signal-target", o.SignalTarget.String())
	}
	if o.OKExitCodes != (ExitCodes{}) {
		add("ok-exit-codes", o.OKExitCodes.String())
	}
	if o.Report != "" {
		add("report", o.Report)
	}
	if o.CommandOf != "" {
		add("command-of", o.CommandOf)
	}
	if o.EntrypointOf != "" {
		add("entrypoint-of", o.EntrypointOf)
	}
	if o.NoStacks {
		add("last-words", "false")
	}
	if o.Verbose {
		words = append(words, "--verbose")
	}
	return append(words, "--")
}

// String returns the value of --stop-signal that means s.
func (s StopSignal) String() string {
	if s.Arriving == 0 || s.Arriving == s.Told {
		return s.Told.String()
	}
	return s.Arriving.String() + ":" + s.Told.String()
}
