package stopper

import (
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

	command string // argv with spaces, for --verbose only
	title   string // the program and its script, for people
	shell   bool   // a command interpreter
	// noticesStops says that a shell takes a stopped child for one that has ended.
	noticesStops bool
	wrapper      proc.Wrapper
	// ownsTerminal says that a child has a terminal that the process itself is not on.
	ownsTerminal bool
	// holdsNamespace says that the process is the first of a nested PID namespace or has
	// started it: those in it may die with either.
	holdsNamespace bool
	// inTow says that its end may end one above it that would take along all below: who waits for it.
	inTow bool
	// replaced says that the process was a shell when it was started and is another program
	// now, as after exec app: it may know nothing of its older children.
	replaced bool
	// job says that the process bears the marks of a shell's background job, see isJob.
	job bool
	// place is where a shell sits in the kernel: system call and stack pointer. "" means that it
	// runs, or waits for a processor: nothing can be said of where it will be.
	place string
	// sigwait says that it waits in sigtimedwait(2).
	sigwait bool
	// reads are the pipes from which the process reads what other processes of the
	// container print, each with a descriptor; "0" is its standard input.
	reads map[string]string
	// writes are the pipes that it prints to.
	writes map[string]bool
	// sockets are the inodes of those that it has open. hidden says that nobody shows them.
	sockets []uint64
	hidden  bool
	// clients are connected to a server: to the process or to somebody below it. They are known
	// at the first look only.
	clients []*process

	children []*process // youngest last
}

func (p *process) id() identity { return identity{p.PID, p.Start} }

// signalFor returns the signal to send p: the stop signal if p handles it, else SIGTERM,
// which processes that know no other stop signal expect. An interactive shell ignores
// both and ends when its terminal hangs up.
func (p *process) signalFor(signal int) int {
	const terminate, quit = int(initbin.SIGTERM), int(initbin.SIGQUIT)
	interactive := p.shell && p.Terminal != 0 && p.Ignores(terminate) && p.Ignores(quit)
	switch {
	case interactive:
		return int(initbin.SIGHUP)
	case p.Handles(signal):
		return signal
	}
	return terminate
}

// handlesStop reports whether p does something of its own when it is asked to stop.
func (p *process) handlesStop(signal int) bool { return p.Handles(p.signalFor(signal)) }

// passedOver reports whether p is not signalled while it has a child, because that would
// hurt the child: some wrappers kill it or signal it twice; others take it along; and one
// between such a one and the child would, by its end, end that.
func (p *process) passedOver() bool {
	return p.takesAlong() || p.inTow || p.wrapper == proc.Killer || p.wrapper == proc.Repeater
}

// takesAlong reports whether the end of p hurts all below it: that of a terminal's session leader
// hangs up on them, and so does that of who gave a child a terminal, as script, expect and sshd do;
// the end of a PID namespace's first process kills all in it.
func (p *process) takesAlong() bool {
	leader := p.Terminal != 0 && p.Session == p.PID
	return p.ownsTerminal || (leader || p.holdsNamespace) && !p.Handles(int(initbin.SIGTERM))
}

// forks reports whether p blocks every signal without waiting for one, as many do for a moment
// around a fork.
func (p *process) forks() bool { return p.BlocksAll() && !p.sigwait }

// eager reports whether p handles the signal only because its language's runtime does: Go
// catches all signals, Node and Ruby this one. Many such programs die of it at once.
func (p *process) eager() bool { return p.CatchesAll() || p.wrapper == proc.Eager }

// noticedBy reports whether parent would notice that p is stopped: some shells would, and all
// of them with job control, which gives each job a group of its own.
func (p *process) noticedBy(parent *process) bool {
	ownGroup := p.Group == p.PID && p.Group != parent.Group
	return parent.noticesStops || parent.shell && (p.job || ownGroup)
}

// below reports whether p descends from q.
func (p *process) below(q *process) bool {
	for _, child := range q.children {
		if child == p || p.below(child) {
			return true
		}
	}
	return false
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

// feeds reports whether reader would have nothing more to do without p, which prints to
// its standard input or, if reader does not handle SIGTERM, to any pipe that it reads.
func (p *process) feeds(reader *process) bool {
	for pipe, fd := range reader.reads {
		if p.writes[pipe] && (fd == "0" || !reader.Handles(int(initbin.SIGTERM))) {
			return true
		}
	}
	return false
}

// who names p for people.
func (p *process) who() string { return "pid " + itoa(p.PID) + " (" + p.label() + ")" }

// label is how people are told about p.
func (p *process) label() string {
	if p.title != "" {
		return p.title
	}
	return "[" + clean(string(p.Name)) + "]"
}

// whole names p with its arguments, for --verbose.
func (p *process) whole() string {
	if p.command == "" {
		return p.who()
	}
	return "pid " + itoa(p.PID) + " (" + p.command + ")"
}
