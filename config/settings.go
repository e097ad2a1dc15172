package config

import (
	"time"

	"github.com/softstop/softstop/initbin"
)

// Field is the name of a setting, in annotations and in the configuration file.
type Field string

// The names that code refers to. Each is an annotation softstop.dev/FIELD, and for one container
// softstop.dev/FIELD.CONTAINER where PerContainer says so.
const (
	FieldDrain             Field = "drain"
	FieldQuiet             Field = "quiet"
	FieldStopTimeout       Field = "stop-timeout"
	FieldStopSignal        Field = "stop-signal"
	FieldSignalTarget      Field = "signal-target"
	FieldOKExitCodes       Field = "ok-exit-codes"
	FieldLastWords         Field = "last-words"
	FieldCommand           Field = "command"
	FieldContainers        Field = "containers"
	FieldExcludeContainers Field = "exclude-containers"
	FieldSidecars          Field = "sidecars"
	FieldCarrier           Field = "carrier"
)

// Policy holds a value of every setting, each with its source. It is what Resolve makes for one
// container, and also what a single place says: there, a setting without a source is not set.
type Policy struct {
	// Drain is how long a container goes on serving after the pod was asked to stop.
	Drain Setting[Drain]
	// Quiet is for how long nobody may have asked for anything before a drain ends within its range.
	Quiet Setting[time.Duration]
	// StopTimeout is the time from the stop signal to SIGKILL, without the drain.
	StopTimeout Setting[time.Duration]
	// StopSignal is what the application receives instead of the signal that arrived; 0 means that
	// it receives that one.
	StopSignal Setting[initbin.Signal]
	// SignalTarget says which processes receive the stop signal.
	SignalTarget Setting[initbin.Target]
	// OKExitCodes become 0 when the container was asked to stop.
	OKExitCodes Setting[initbin.ExitCodes]
	// LastWords says whether programs that can print their stacks are asked to, before SIGKILL.
	LastWords Setting[bool]
	// Command is what a container runs whose command the pod spec leaves to its image.
	Command Setting[[]string]
	// Containers are the only containers to handle; empty means all of them.
	Containers Setting[[]string]
	// ExcludeContainers are left alone.
	ExcludeContainers Setting[[]string]
	// Sidecars says whether native sidecars (init containers with restartPolicy Always) are wrapped.
	Sidecars Setting[bool]
	// Carrier is how the init reaches the pod.
	Carrier Setting[Carrier]
}

// settings is the table of all settings, in the order of the documentation. A row is all that
// there is to know about one: the parser, the ranking, the schemas of the configuration file and
// of the chart, softstop explain and the tables in the documentation are made from it.
//
// The built-in drain and stop timeout, with the stop plan's margin, fill Kubernetes' default grace
// period of 30 s, so that pods with the default need no change.
var settings = []setting{ //nolint:gochecknoglobals // nobody writes to it
	row[Drain]{
		name: FieldDrain, perContainer: true, form: drains(), preset: FixedDrain(5 * time.Second),
		in:      func(p *Policy) *Setting[Drain] { return &p.Drain },
		example: "`5s`, `5s..2m`", builtIn: "`5s` where it serves, else `0s`",
		says: "how long a container goes on serving after the pod was asked to stop; as a range, at least and at most: in between it ends as soon as it is quiet. " +
			"By itself it holds for containers with a port or a readiness probe, " +
			"and then for the ordinary containers beside them; not in Jobs, and not in native sidecars; on a pod it holds for all its containers",
	},
	row[time.Duration]{
		name: FieldQuiet, perContainer: true, form: durations(MinQuiet, "2s"), preset: initbin.DefaultQuiet,
		in:      func(p *Policy) *Setting[time.Duration] { return &p.Quiet },
		example: "`2s`", builtIn: "`2s`",
		says: "where the drain is a range: for how long no client may have asked for anything before the drain ends",
	},
	row[time.Duration]{
		name: FieldStopTimeout, perContainer: true, form: durations(MinStopTimeout, "20s"), preset: initbin.DefaultStopTimeout,
		in:      func(p *Policy) *Setting[time.Duration] { return &p.StopTimeout },
		example: "`20s`", builtIn: "`23s`, and what the grace period leaves",
		says: "the time from the stop signal to SIGKILL. A value from the cluster grows if the pod's grace period has room; " +
			"a value from the pod or its namespace does not",
	},
	row[initbin.Signal]{
		name: FieldStopSignal, perContainer: true, form: signals(), unset: "as it arrives",
		in:      func(p *Policy) *Setting[initbin.Signal] { return &p.StopSignal },
		example: "`SIGINT`", builtIn: "what arrives",
		says: "what the application receives instead",
	},
	row[initbin.Target]{
		name: FieldSignalTarget, perContainer: true, form: targets(), preset: initbin.TargetAuto,
		in:      func(p *Policy) *Setting[initbin.Target] { return &p.SignalTarget },
		example: "`auto`, `main`, `group`, `all`", builtIn: "`auto`",
		says: "which processes receive the stop signal",
	},
	row[initbin.ExitCodes]{
		name: FieldOKExitCodes, perContainer: true, form: exitCodes(), unset: "none",
		in:      func(p *Policy) *Setting[initbin.ExitCodes] { return &p.OKExitCodes },
		example: "`143,130`", builtIn: "none",
		says: "exit codes that become 0 after a stop",
	},
	row[bool]{
		name: FieldLastWords, perContainer: true, form: booleans(), preset: true,
		in:      func(p *Policy) *Setting[bool] { return &p.LastWords },
		example: "`false`", builtIn: "`true`",
		says: "whether a program that has not stopped in time prints its stacks to its log before SIGKILL, where its runtime can: a JVM, Go, Python with faulthandler",
	},
	row[[]string]{
		name: FieldCommand, perContainer: true, form: commands(),
		in:      func(p *Policy) *Setting[[]string] { return &p.Command },
		example: "`[\"/app\",\"-x\"]`", builtIn: "none",
		says: "what a container runs whose command only its image knows; like `command` in the pod spec",
	},
	row[[]string]{
		name: FieldContainers, form: names(), unset: "none",
		in:      func(p *Policy) *Setting[[]string] { return &p.Containers },
		example: "`app,worker`", builtIn: "all",
		says: "handle only these; naming an init container wraps it, too",
	},
	row[[]string]{
		name: FieldExcludeContainers, form: names(), unset: "none",
		in:      func(p *Policy) *Setting[[]string] { return &p.ExcludeContainers },
		example: "`proxy`", builtIn: "none",
		says: "leave these alone",
	},
	row[bool]{
		name: FieldSidecars, form: booleans(), preset: true,
		in:      func(p *Policy) *Setting[bool] { return &p.Sidecars },
		example: "`false`", builtIn: "`true`",
		says: "whether native sidecars are wrapped",
	},
	row[Carrier]{
		name: FieldCarrier, form: words(CarrierEmptyDir, CarrierImage, CarrierNode, CarrierAuto), preset: CarrierEmptyDir,
		in:      func(p *Policy) *Setting[Carrier] { return &p.Carrier },
		example: "`emptyDir`, `image`, `node`, `auto`", builtIn: "`emptyDir`",
		says: "how the init reaches the pod; `auto` takes the first of `node`, `image` and `emptyDir` that every node has which the pod can land on. " +
			"The `emptyDir` is in memory where a container has a limit on `ephemeral-storage`, so that it does not count towards that",
	},
}
