package stopper

import (
	"os"
	"strconv"
	"strings"
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
		say(err.Error())
		return exitFailed
	}
	options, command, problem := initbin.Parse(args[1:])
	if problem.Reason != "" {
		say(problem.Sentence(args[1:]))
		return exitFailed
	}
	s := &stop{task: task, options: options, command: args[1+command:], looker: newLooker(task, args[1+command:])}
	s.detail = os.Getenv(strings.TrimSuffix(handover.DrainVariable, "="))
	switch task.Mode {
	case handover.Relay:
		err = s.relay()
	case handover.Observe:
		if err = s.observe(); err != nil {
			s.verbose(err.Error()) // the drain ends at its minimum
			return exitFailed
		}
	case handover.Stop, handover.Leftovers:
		err = s.run()
	}
	if err != nil {
		say(err.Error())
		return exitFailed
	}
	return handover.ExitDone
}

// say writes one line to the container's standard error.
func say(parts ...string) {
	os.Stderr.WriteString(initbin.Name + ": " + clean(strings.Join(parts, "")) + "\n")
}

func (s *stop) verbose(parts ...string) {
	if s.options.Verbose {
		say(parts...)
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

// short rounds a duration for people.
func short(d time.Duration) string { return d.Round(10 * time.Millisecond).String() }
