package stopper

import (
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/handover"
)

const exitFailed = 1

// Main carries out the task in args[0] and returns the exit code: handover.ExitDone
// when nothing is left to do. The flags in args are the init's own.
func Main(args []string) int {
	task, err := handover.ParseTask(args[0])
	if err != nil {
		say("%v", err)
		return exitFailed
	}
	options, command, problem := initbin.Parse(args[1:])
	if problem.Reason != "" {
		say("%s", problem.Sentence(args[1:]))
		return exitFailed
	}
	s := &stop{task: task, options: options, command: args[1+command:], looker: newLooker(task)}
	if task.Mode == handover.Relay {
		err = s.relay()
	} else {
		err = s.run()
	}
	if err != nil {
		say("%v", err)
		return exitFailed
	}
	return handover.ExitDone
}

// relay passes the task's signal on.
func (s *stop) relay() error {
	f, err := s.looker.look()
	if err != nil {
		return err
	}
	list := receivers(f, s.task.Signal, s.options.SignalTarget)
	for _, p := range list {
		s.verbose("pass %s on to pid %d (%s)", initbin.Signal(s.task.Signal), p.PID, p.label())
		if err := send(p, s.task.Signal); err != nil {
			say("pass %s on to pid %d (%s): %v", initbin.Signal(s.task.Signal), p.PID, p.label(), err)
		}
	}
	if len(list) == 0 {
		s.verbose("nobody handles %s: dropped", initbin.Signal(s.task.Signal))
	}
	return nil
}

// say writes one line to the container's standard error.
func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, initbin.Name+": "+format+"\n", args...)
}

func (s *stop) verbose(format string, args ...any) {
	if s.options.Verbose {
		say(format, args...)
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

// short rounds a duration for people.
func short(d time.Duration) string { return d.Round(10 * time.Millisecond).String() }
