package config

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/softstop/softstop/initbin"
)

// Values are the fields as one place sets them. A nil pointer or slice means that the
// place says nothing about the field.
type Values struct {
	// Drain is how long a container goes on serving after the pod was told to stop.
	Drain *time.Duration
	// StopTimeout is the time from the stop signal to SIGKILL, without the drain.
	StopTimeout *time.Duration
	// StopSignal is what the application receives instead of the signal that arrived.
	StopSignal *initbin.Signal
	// SignalTarget is whom a stop is told to.
	SignalTarget *initbin.Target
	// OKExitCodes become 0 when the container was asked to stop.
	OKExitCodes *initbin.ExitCodes
	// Containers are the only containers to handle.
	Containers []string
	// ExcludeContainers are left alone.
	ExcludeContainers []string
	// Sidecars says whether native sidecars (init containers with restartPolicy Always)
	// are wrapped too.
	Sidecars *bool
	// Carrier is how the init reaches the pod.
	Carrier *Carrier
	// Command is what a container runs whose command the pod spec leaves to its image.
	Command []string
}

// allowBool is what a boolean allows, as the end of a sentence.
const allowBool = "true or false"

// Allowed says what values f takes, as the end of the sentence "it must be …".
func (f Field) Allowed() string {
	switch f {
	case FieldDrain:
		return "a duration from 0s to 24h such as 5s or 1m30s"
	case FieldStopTimeout:
		return "a duration from 1s to 24h such as 20s or 1m30s"
	case FieldStopSignal:
		return "a signal that a process can catch, such as SIGINT or QUIT"
	case FieldSignalTarget:
		return "auto, main, group or all"
	case FieldOKExitCodes:
		return "exit codes from 0 to 255 with commas between them, such as 143"
	case FieldContainers, FieldExcludeContainers:
		return "container names with commas between them, at most 100"
	case FieldSidecars, FieldInject:
		return allowBool
	case FieldCarrier:
		return "emptyDir, image or auto"
	case FieldCommand:
		return `a JSON array of strings such as ["nginx","-g","daemon off;"], at most 16 KiB`
	}
	return ""
}

const (
	// maxNames is how many containers one value names, maxCommand how long a command is as JSON, in
	// bytes, and maxWords of how many words about: tenants write them, and each pod's review reads them.
	maxNames, maxCommand, maxWords = 100, 16 << 10, 1 << 10
)

// maxDuration keeps every sum of durations far from overflow.
const maxDuration = 24 * time.Hour

// MinStopTimeout is the least time an application gets between the stop signal and
// SIGKILL.
const MinStopTimeout = time.Second

// set parses text as the value of f. It reports whether the value is allowed; if not,
// v stays as it was.
func (v *Values) set(f Field, text string) (ok bool) {
	switch f {
	case FieldDrain:
		return setDuration(&v.Drain, text, 0)
	case FieldStopTimeout:
		return setDuration(&v.StopTimeout, text, MinStopTimeout)
	case FieldStopSignal:
		signal, ok := initbin.ParseSignal(text)
		return store(&v.StopSignal, signal, ok && signal.Stoppable())
	case FieldSignalTarget:
		target, ok := initbin.ParseTarget(text)
		return store(&v.SignalTarget, target, ok)
	case FieldOKExitCodes:
		codes, ok := initbin.ParseExitCodes(strings.ReplaceAll(text, " ", ""))
		return store(&v.OKExitCodes, codes, ok)
	case FieldContainers:
		return setNames(&v.Containers, text)
	case FieldExcludeContainers:
		return setNames(&v.ExcludeContainers, text)
	case FieldSidecars:
		return store(&v.Sidecars, text == "true", text == "true" || text == "false")
	case FieldCarrier:
		carrier := Carrier(text)
		return store(&v.Carrier, carrier, carrier == CarrierEmptyDir || carrier == CarrierImage || carrier == CarrierAuto)
	case FieldCommand:
		if len(text) > maxCommand || strings.Count(text, ",") > maxWords {
			return false
		}
		var words []string
		if err := json.Unmarshal([]byte(text), &words); err != nil || len(words) == 0 || words[0] == "" {
			return false
		}
		v.Command = words
		return true
	default:
		return false // inject is no value
	}
}

func store[T any](to **T, value T, ok bool) bool {
	if ok {
		*to = &value
	}
	return ok
}

func setDuration(to **time.Duration, text string, least time.Duration) bool {
	d, err := time.ParseDuration(text)
	return store(to, d, err == nil && d >= least && d <= maxDuration)
}

func setNames(to *[]string, text string) bool {
	if strings.Count(text, ",") >= maxNames {
		return false
	}
	names := []string{}
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		if name == "" {
			return false
		}
		names = append(names, name)
	}
	*to = names
	return true
}
