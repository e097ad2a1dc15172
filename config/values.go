package config

import (
	"encoding/json"
	"fmt"
	"strconv"
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

// what each field allows, as the end of a sentence
const (
	allowDuration = "a duration from 0s to 24h such as 5s or 1m30s"
	allowTimeout  = "a duration from 1s to 24h such as 20s or 1m30s"
	allowSignal   = "a signal that a process can catch, such as SIGINT or QUIT"
	allowTarget   = "auto, main, group or all"
	allowCodes    = "exit codes from 0 to 255 with commas between them, such as 143"
	allowNames    = "container names with commas between them"
	allowBool     = "true or false"
	allowCarrier  = "emptyDir, image or auto"
	allowCommand  = `a JSON array of strings such as ["nginx","-g","daemon off;"]`
)

// maxDuration keeps every sum of durations far from overflow.
const maxDuration = 24 * time.Hour

// MinStopTimeout is the least time an application gets between the stop signal and
// SIGKILL.
const MinStopTimeout = time.Second

// set parses text as the value of f. On failure it returns what is allowed and leaves
// v as it was.
func (v *Values) set(f Field, text string) (allowed string) {
	switch f {
	case FieldDrain:
		return setDuration(&v.Drain, text, 0, allowDuration)
	case FieldStopTimeout:
		return setDuration(&v.StopTimeout, text, MinStopTimeout, allowTimeout)
	case FieldStopSignal:
		signal, ok := initbin.ParseSignal(text)
		return store(&v.StopSignal, signal, ok && signal.Stoppable(), allowSignal)
	case FieldSignalTarget:
		target, ok := initbin.ParseTarget(text)
		return store(&v.SignalTarget, target, ok, allowTarget)
	case FieldOKExitCodes:
		codes, ok := initbin.ParseExitCodes(strings.ReplaceAll(text, " ", ""))
		return store(&v.OKExitCodes, codes, ok, allowCodes)
	case FieldContainers:
		return setNames(&v.Containers, text)
	case FieldExcludeContainers:
		return setNames(&v.ExcludeContainers, text)
	case FieldSidecars:
		return store(&v.Sidecars, text == "true", text == "true" || text == "false", allowBool)
	case FieldCarrier:
		carrier := Carrier(text)
		ok := carrier == CarrierEmptyDir || carrier == CarrierImage || carrier == CarrierAuto
		return store(&v.Carrier, carrier, ok, allowCarrier)
	case FieldCommand:
		var words []string
		if err := json.Unmarshal([]byte(text), &words); err != nil || len(words) == 0 || words[0] == "" {
			return allowCommand
		}
		v.Command = words
	}
	return ""
}

func store[T any](to **T, value T, ok bool, allowed string) string {
	if !ok {
		return allowed
	}
	*to = &value
	return ""
}

func setDuration(to **time.Duration, text string, least time.Duration, allowed string) string {
	d, err := time.ParseDuration(text)
	return store(to, d, err == nil && d >= least && d <= maxDuration, allowed)
}

func setNames(to *[]string, text string) string {
	names := []string{}
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		if name == "" {
			return allowNames
		}
		names = append(names, name)
	}
	*to = names
	return ""
}

// Problem is one value that does not hold as it was written.
type Problem struct {
	// Key is the annotation's key.
	Key string
	// Value is what it was set to.
	Value string
	// Verdict completes the sentence "KEY: VALUE …".
	Verdict string
	// Limit means that the value is a good one which the cluster's limits overrule.
	Limit bool
}

// ignored is the problem of a value that means nothing.
func ignored(key, value, allowed string) Problem {
	return Problem{Key: key, Value: value, Verdict: "is ignored: it must be " + allowed}
}

// String is one sentence for a person, short enough for an admission warning.
func (p Problem) String() string {
	value := strconv.Quote(p.Value)
	if len(value) > 60 {
		value = strings.ToValidUTF8(value[:60], "") + `…"`
	}
	return fmt.Sprintf("%s: %s %s", p.Key, value, p.Verdict)
}
