package quiet

import (
	"time"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/fault"
	"github.com/softstop/softstop/initbin/handover"

	"golang.org/x/sys/unix"
)

// source is where connections are seen.
type source interface {
	name() string
	listening() ([]listener, error)
	look(j *judge, p *ports) error
	// hearsAll reports whether nothing is missed between two looks.
	hearsAll() bool
	// wait waits for so long, or until there is something to hear.
	wait(limit time.Duration)
	hear(now time.Duration, p *ports)
	// forget forgets what ended before a time.
	forget(before time.Duration)
}

const (
	// shortestPause is between two looks, and longestPause where nothing says when to look.
	shortestPause = 50 * time.Millisecond
	longestPause  = 200 * time.Millisecond
	// share is what part of a processor looking may take.
	share = 100
	// overtime is how long after the maximum an observer ends that nobody has ended.
	overtime = 5 * time.Second
)

// Observe returns when the drain may end: nil when it is quiet, or why that cannot be observed.
// Since when the signal came is on CLOCK_MONOTONIC in nanoseconds.
func Observe(o initbin.Options, asked int64, owner Owner) error {
	s, err := open()
	if err != nil {
		tell(why("the connections cannot be seen: " + clean(err.Error())))
		return err
	}
	w := watch{source: s, ports: newPorts(owner, o.Ports), asked: asked, rules: rulesOf(o)}
	for {
		began := spent()
		j, err := w.look()
		switch {
		case err != nil:
			tell(why("the connections cannot be seen: " + clean(err.Error())))
			return err
		case j.isQuiet():
			j.talking = nil
			tell(j.detail(s.name()))
			return nil
		case j.now > o.MaxDrain+overtime:
			return fault.New("nobody has ended the observer of the drain")
		}
		w.tell(j.detail(s.name()))
		w.pause(j, time.Duration(spent()-began))
	}
}

// rulesOf are what the flags say.
func rulesOf(o initbin.Options) rules {
	r := rules{least: o.Drain, quiet: o.Quiet}
	if r.quiet == 0 {
		r.quiet = initbin.DefaultQuiet
	}
	for list := o.Probes; list != ""; {
		p, rest, ok := initbin.NextProbe(list)
		if !ok {
			break
		}
		r.probes, list = append(r.probes, p), rest
	}
	return r
}

// open opens the better of the sources that there are.
func open() (source, error) {
	if d, err := newDiag(); err == nil {
		return d, nil
	}
	return newTable()
}

type watch struct {
	source
	rules
	ports *ports
	asked int64
	told  string
}

func (w *watch) now() time.Duration { return time.Duration(clock(unix.CLOCK_MONOTONIC) - w.asked) }

// look looks once.
func (w *watch) look() (*judge, error) {
	list, err := w.listening()
	if err != nil {
		return nil, err
	}
	w.ports.learn(list)
	j := newJudge(w.rules, w.now())
	w.forget(j.now - w.memory())
	return j, w.source.look(j, w.ports)
}

// memory is for how long connections that have ended count, to tell probes.
func (w *watch) memory() time.Duration {
	longest := w.quiet
	for _, p := range w.probes {
		longest = max(longest, p.Period)
	}
	return longest
}

// pause waits until there is a reason to look again, but at least so long that looking, of which the
// last took cost, takes no more than its share.
func (w *watch) pause(j *judge, cost time.Duration) {
	least := j.now + max(shortestPause, cost*share)
	until, known := j.next()
	if !known || !w.hearsAll() {
		until = j.now + longestPause
	}
	until = max(least, until)
	for now := w.now(); now < until; now = w.now() {
		began := spent()
		w.wait(until - now)
		w.hear(w.now(), w.ports)
		time.Sleep(max(min(shortestPause, until-w.now()), time.Duration(spent()-began)*share))
	}
}

// tell replaces what the watcher finds in the pipe.
func (w *watch) tell(text string) {
	if text != w.told {
		w.told = text
		tell(text)
	}
}

func tell(text string) {
	var old [handover.MaxDetail]byte
	_, _ = unix.Read(handover.EventsFD, old[:]) // there may be nothing
	_, _ = unix.Write(handover.DetailFD, []byte(text[:min(len(text), handover.MaxDetail)]))
}

// spent is the processor time that this process has taken, in nanoseconds.
func spent() int64 { return clock(unix.CLOCK_PROCESS_CPUTIME_ID) }

func clock(which int32) int64 {
	var t unix.Timespec
	_ = unix.ClockGettime(which, &t) // cannot fail for these clocks
	return t.Nano()
}

// clean makes text fit into a string of JSON.
func clean(text string) string {
	b := []byte(text)
	for i, c := range b {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			b[i] = '?'
		}
	}
	const most = 200
	return string(b[:min(len(b), most)])
}
