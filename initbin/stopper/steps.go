package stopper

import (
	"slices"
	"time"

	"github.com/softstop/softstop/initbin/proc"
)

// A shell that runs one command after the other, as a worker or a backup script does, has a
// step in front of it, not the application: a step comes to its end by itself, and its shell
// runs its trap then. A step is much younger than its shell, or is at work.

const (
	// stepAge is the age from which on a process is no step: it will not end soon either.
	stepAge = 10 * time.Second
	// gap is how long a shell must have done something else before, if the command handles
	// the signal.
	gap = time.Second
	// stubborn is how long a young process may take that handles the signal: it may be the
	// application, and knows how to stop.
	stubborn = time.Second
	// restTime is how long a step may rest, freshTime one that is as old as its shell.
	restTime, freshTime = 2 * time.Second, 500 * time.Millisecond
)

// work is what is known of a command in the foreground.
type work struct {
	load uint64        // a sum over it and all below it that changes whenever one of them runs
	at   time.Duration // when that changed last, or one of them was about to run
	seen bool
}

// mayFinish reports whether the command in front of a shell with a trap, a pipeline's
// processes or one, is a step that is to come to its end.
func (s *stepping) mayFinish(shell *process, front []*process) bool {
	if s.now >= s.timeout/2 {
		return false
	}
	busy, runnable, passing := uint64(0), false, true
	shellAge, age := s.ageAtStop(shell), stepAge
	var handler *process
	for _, p := range front {
		if s.of(p).signalled {
			return false
		}
		busy, runnable, passing = busy+load(p), runnable || awake(p), passing && p.wrapper == proc.Idler
		age = min(age, s.ageAtStop(youngestBelow(p)))
		if h := s.handlerOf(p); h != nil {
			handler = h
		}
	}
	w := &s.of(front[0]).work
	if !w.seen || runnable || busy != w.load {
		*w = work{load: busy, at: s.now, seen: true}
	}
	switch {
	case passing:
		return false
	case handler != nil:
		age = s.ageAtStop(handler)
		return age < stepAge && age < shellAge/2 && age < shellAge-gap && s.now < stubborn
	case age < shellAge/2:
		return age < stepAge && s.now < w.at+restTime
	}
	return age < stepAge && s.now < w.at+freshTime
}

// ageAtStop is how old p was when the stop began.
func (s *stepping) ageAtStop(p *process) time.Duration { return s.tree.age(p) - s.now }

// handlerOf follows p to the one that handles the signal, nil if there is none.
func (s *stepping) handlerOf(p *process) *process {
	for p != nil && !s.of(p).handles {
		p = p.youngest()
	}
	return p
}

// youngestBelow returns the process that was started last among p and all below it.
func youngestBelow(p *process) *process {
	last := p
	for _, child := range p.children {
		if q := youngestBelow(child); byAge(q, last) > 0 {
			last = q
		}
	}
	return last
}

// awake reports whether p or one below it does not sleep: it runs, or waits for a processor
// that a busy machine has not given it yet, or for its disk.
func awake(p *process) bool {
	return p.State == 'R' || p.State == 'D' || slices.ContainsFunc(p.children, awake)
}

func load(p *process) uint64 {
	sum := p.Switches + p.Reaped + uint64(p.PID)
	for _, child := range p.children {
		sum += load(child)
	}
	return sum
}
