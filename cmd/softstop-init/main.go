// Command softstop-init is the init: PID 1 of a container that stops well.
//
// Linked with -E (see initbin/watcher), the kernel starts it in the watcher, and main
// below is reached only by what is not a run: the stopper, install, sleep, --help and
// every wrong command line. Linked without, main does it all.
package main

import (
	"os"
	"time"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/install"
	"github.com/softstop/softstop/initbin/ordinary"
	"github.com/softstop/softstop/initbin/stopper"
)

const usage = `softstop-init runs a command as PID 1 of a container and stops it well.

  softstop-init [flags] -- COMMAND [ARG...]
  softstop-init install DIR      copy itself to DIR and prove that it runs there
  softstop-init sleep DURATION   wait, for preStop hooks of images without a shell
  softstop-init --version

  --stop-timeout DURATION     from telling the command to SIGKILL (default 23s)
  --drain DURATION            hold the stop signal back this long first. MIN..MAX:
                              from MIN on until it is quiet, at the latest until MAX
  --quiet DURATION            that is: nobody has asked for so long (default 2s)
  --probes PORT/PERIOD,...    the kubelet's probes, which do not count
  --ports PORT,...            what the command listens on, where that cannot be seen
  --stop-signal SIGNAL        what the command is told instead of the signal that
                              arrived; that signal itself starts a stop, too.
                              ARRIVING:TOLD names the two apart
  --signal-target WHOM        auto (default), main, group or all
  --ok-exit-codes CODES       exit codes that become 0 after a stop, as in 143,130
  --report FILE               write one line of JSON about the stop, if FILE is empty
  --last-words false          do not ask programs for their stacks before SIGKILL
  --command-of IMAGE          does nothing: says that the command is IMAGE's
  --entrypoint-of IMAGE       the same, if its arguments are the pod's
  --verbose                   say what is done, not only what had to be forced
`

const exitUsage = 2

func main() {
	if handover.IsStopper(os.Args[0]) {
		os.Exit(stopper.Main(os.Args))
	}
	os.Exit(run(os.Args[1:]))
}

func run(words []string) int {
	command := ""
	if len(words) > 0 {
		command = words[0]
	}
	switch {
	case command == "--version" && len(words) == 1:
		os.Stdout.WriteString(initbin.Name + " " + initbin.Version + "\n")
		return 0
	case command == "--help" || command == "-h" || command == "help":
		os.Stdout.WriteString(usage)
		return 0
	case command == "install" && len(words) == 2:
		return report(install.Install(words[1]))
	case command == "sleep" && len(words) == 2:
		d, ok := initbin.ParseDuration(words[1])
		if !ok {
			return wrong(words[1] + " must be a duration from 0 to 24h, such as 5s or 1m30s")
		}
		time.Sleep(d)
		return 0
	case command == "install" || command == "sleep":
		return wrong(command + " takes exactly one argument")
	}
	if _, _, problem := initbin.Parse(words); problem.Reason != "" {
		return wrong(problem.Sentence(words))
	}
	return report(ordinary.Run(os.Args, os.Environ()))
}

func report(err error) int {
	if err == nil {
		return 0
	}
	os.Stderr.WriteString(initbin.Name + ": " + stopper.Clean(err.Error()) + "\n")
	return 1
}

func wrong(sentence string) int {
	os.Stderr.WriteString(initbin.Name + ": " + stopper.Clean(sentence) + "\nTry softstop-init --help.\n")
	return exitUsage
}
