package handover

import (
	"strconv"
	"strings"

	"github.com/softstop/softstop/initbin/fault"
)

// Mode is why a stopper was started.
type Mode int

const (
	// Stop climbs the ladder after a stop signal.
	Stop Mode = iota
	// Leftovers ends what the main process left behind when it ended by itself.
	Leftovers
	// Relay passes one signal that is not a stop to whoever handles it, and ends.
	Relay
	// Observe waits until the drain may end: nobody asks the container for anything any more.
	Observe
)

// ProcessName starts the stopper's argv[0], for ps and for main to know it by.
const ProcessName = "softstop-stopper"

// EventsFD is the descriptor on which the stopper reads events. One that observes a drain has both
// ends of a pipe, EventsFD and DetailFD, and keeps in it what there is to report, see Report.Detail:
// the watcher takes it from there, whatever becomes of the observer.
const (
	EventsFD = 3
	DetailFD = 4
)

// MaxDetail bounds what is in that pipe, in bytes.
const MaxDetail = 600

// DrainVariable is the environment variable that hands the detail to the stopper.
const DrainVariable = "SOFTSTOP_DRAIN="

// MessageSignal (SIGPIPE, which is never forwarded) carries the stopper's messages,
// queued with a value: 0 for "I have looked", the pid of the heir for the same, or Quits. It is one that
// the Go runtime keeps blocked on all threads of the ordinary build, unlike SIGURG.
const MessageSignal = 13

// ExitDone is the stopper's exit code when nothing of the container is left; for Relay, when the
// signal was passed on; for Observe, when the drain may end.
const ExitDone = 0

// Task is what a stopper has to do. Times are CLOCK_MONOTONIC in nanoseconds.
type Task struct {
	Mode Mode
	// Main is the main process's pid.
	Main int
	// Signal is the signal to tell or to relay.
	Signal int
	// Arrived is the signal that the init received.
	Arrived int
	// Told says that the watcher has told the main process (or its group) itself.
	Told bool
	// Handled says that the main process does something of its own about Signal.
	Handled bool
	// Asked is when the stop signal arrived, before any drain.
	Asked int64
	// Date is when the watcher wrote the report last, in nanoseconds since 1970.
	Date int64
	// OOMKilled is how many processes that report says the kernel has killed.
	OOMKilled int64
	// Since is when the stop began.
	Since int64
	// Deadline is when SIGKILL is due.
	Deadline int64
}

// LastCall is how long after the beginning of a stop everyone who has not been signalled yet is
// signalled: a quarter of the timeout before its end, at most 5 s. Both are in nanoseconds. It is
// free of runtime calls.
func LastCall(timeout int64) int64 { return timeout - min(timeout/4, 5e9) }

// IsStopper reports whether a process with this argv[0] is a stopper. It is free of
// runtime calls.
func IsStopper(argv0 string) bool {
	if len(argv0) <= len(ProcessName) {
		return false
	}
	for i := 0; i < len(ProcessName); i++ {
		if argv0[i] != ProcessName[i] {
			return false
		}
	}
	return argv0[len(ProcessName)] == ' '
}

// ParseTask reads what Line.Task wrote.
func ParseTask(argv0 string) (Task, error) {
	values := map[string]int64{}
	for word := range strings.FieldsSeq(strings.TrimPrefix(argv0, ProcessName)) {
		key, value, _ := strings.Cut(word, "=")
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return Task{}, fault.Wrap("read the task "+argv0+": "+key, err)
		}
		values[key] = n
	}
	for _, key := range [...]string{"mode", "main", "signal", "arrived", "told", "handled", "asked", "date", "oom", "since", "deadline"} {
		if _, ok := values[key]; !ok {
			return Task{}, fault.New("read the task " + argv0 + ": no " + key)
		}
	}
	return Task{
		Mode: Mode(values["mode"]), Main: int(values["main"]), Signal: int(values["signal"]), Arrived: int(values["arrived"]),
		Told: values["told"] == 1, Handled: values["handled"] == 1, Asked: values["asked"], Date: values["date"], OOMKilled: values["oom"], Since: values["since"], Deadline: values["deadline"],
	}, nil
}

// Event is a child of the init that has been reaped.
type Event struct {
	PID    int32
	Status int32 // as wait4(2) returns it
}

// EventSize is an Event's size in bytes on the pipe, which writes it whole.
const EventSize = 8
