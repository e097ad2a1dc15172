package stopper

import (
	"strings"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/proc"
)

// identity names a process for good: pids come back, pids with a start time do not.
type identity struct {
	pid   int
	start uint64
}

// process is one process of the container, as it was at one look.
type process struct {
	proc.Stat
	proc.Status

	command string // argv with spaces, for people
	shell   bool   // a command interpreter
	wrapper proc.Wrapper
	// ownsTerminal says that a child has a terminal that the process itself is not on.
	ownsTerminal bool
	// background is the trace of a shell's background job: SIGINT or SIGQUIT inherited
	// ignored, or a /dev/null of its own as standard input.
	background bool
	// place is where a shell sits in the kernel: system call and stack pointer.
	place string
	// inWait says that a shell sits in its wait builtin for certain.
	inWait bool
	// sigwait says that it waits in sigtimedwait(2).
	sigwait bool
	// stdin, stdout and stderr name the pipes there; empty for anything else.
	stdin, stdout, stderr string
	// fed says that other processes of the container print to standard input.
	fed bool
	// reads are the descriptors, by pipe, of further pipes from which the process reads
	// what other processes of the container print.
	reads map[string]string

	children []*process // youngest last
}

func (p *process) id() identity { return identity{p.PID, p.Start} }

// tellable returns the signal to tell p: the stop signal if p handles it, else SIGTERM,
// which processes that know no other stop signal expect. An interactive shell ignores
// both and ends when its terminal hangs up. Any shell catches SIGINT while it waits for
// a child, only to go on afterwards: its traps are believed in if it catches SIGTERM, too.
func (p *process) tellable(signal int) int {
	const interrupt, terminate, quit = int(initbin.SIGINT), int(initbin.SIGTERM), int(initbin.SIGQUIT)
	shellInFront := p.shell && signal == interrupt && !p.Handles(terminate)
	interactive := p.shell && p.Terminal != 0 && p.Ignores(terminate) && p.Ignores(quit)
	switch {
	case p.Handles(signal) && !shellInFront:
		return signal
	case interactive:
		return int(initbin.SIGHUP)
	}
	return terminate
}

// answers reports whether p does something of its own when it is told to stop.
func (p *process) answers(signal int) bool { return p.Handles(p.tellable(signal)) }

// skipped reports whether p is not told while it has a child, because that would hurt
// the child: some wrappers do, and so does the end of a terminal's session leader, and
// of who gave its child a terminal, as script, expect and sshd do.
func (p *process) skipped() bool {
	leader := p.Terminal != 0 && p.Session == p.PID && !p.Handles(int(initbin.SIGTERM))
	return leader || p.ownsTerminal || p.wrapper == proc.Killer || p.wrapper == proc.Repeater
}

// byAge orders older processes first.
func byAge(a, b *process) int {
	if a.Start != b.Start {
		if a.Start < b.Start {
			return -1
		}
		return 1
	}
	return a.PID - b.PID
}

// feeds reports whether p is a feeder of reader.
func (p *process) feeds(reader *process) bool {
	for _, out := range [...]string{p.stdout, p.stderr} {
		_, reads := reader.reads[out]
		if out != "" && (out == reader.stdin || reads && !reader.Handles(int(initbin.SIGTERM))) {
			return true
		}
	}
	return false
}

// who names p for people.
func (p *process) who() string { return "pid " + itoa(p.PID) + " (" + p.label() + ")" }

// label is how people are told about p.
func (p *process) label() string {
	if p.command != "" {
		return p.command
	}
	return "[" + strings.ToValidUTF8(string(p.Name), "?") + "]"
}
