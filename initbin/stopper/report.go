package stopper

import (
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/handover"
)

// report collects what the one line of JSON will say.
type report struct {
	stopped []*reported
	left    []*reported
	forced  []*reported
	// overdue means that something was killed at the stop timeout, by whomever.
	overdue bool
	// whys are what was found out about those who were left shortly before the stop timeout; nil
	// before that.
	whys map[identity]why
	// news says that it has changed since it was written last; within a phase it is not written
	// again before next.
	news bool
	next time.Duration
	// text is what was written last.
	text []byte
}

// stage is the part of a report that is no list.
type stage struct {
	phase   handover.Phase
	since   time.Time // when the phase began
	arrived int
	drained time.Duration // -1 if there was no drain
	ranges  bool          // it had a minimum and a maximum
	detail  string        // what is known of its end, see handover.Report
	stopped time.Duration // how long the stop has lasted, without the drain
	code    int           // in the phase done only
	// oomKilled is how many processes the kernel has killed for want of memory since the container
	// began.
	oomKilled int64
}

// reported is one process in the report.
type reported struct {
	id      identity
	command string
	state   byte          // of a process that is left or was killed
	why     why           // of such a process
	at      time.Duration // when it was told
	ended   bool
	took    time.Duration // from being told to the end, if that was seen
}

const maxReported = 12

func (r *report) told(p *process, now time.Duration) {
	r.stopped, r.news, r.next = append(r.stopped, newReported(p, now)), true, now+publishPause
}

func (r *report) killed(p *process) {
	k := newReported(p, 0)
	k.state, k.why = p.State, r.whys[p.id()]
	r.forced, r.news = append(r.forced, k), true
}

// names reports whether p is among those who were killed.
func (r *report) names(p *process) bool {
	return slices.ContainsFunc(r.forced, func(k *reported) bool { return k.id == p.id() })
}

func newReported(p *process, now time.Duration) *reported {
	command := []rune(p.label())
	if len(command) > maxTitle {
		command = append(command[:maxTitle], '…')
	}
	return &reported{id: p.id(), command: string(command), at: now}
}

// seen notes who of those that were told is gone, and who is left.
func (r *report) seen(f *tree, now time.Duration) {
	for _, t := range r.stopped {
		if p := f.all[t.id.pid]; !t.ended && (p == nil || p.id() != t.id) {
			t.ended, t.took, r.news = true, now-t.at, true
		}
	}
	r.remain(f)
}

// remain notes who is left.
func (r *report) remain(f *tree) {
	before := r.left
	r.left = nil
	for i, p := range f.byAge() {
		l := newReported(p, 0)
		l.state, l.why = p.State, r.whys[p.id()]
		r.left = append(r.left, l)
		r.news = r.news || i >= len(before) || before[i].id != l.id
	}
	r.news = r.news || len(before) != len(r.left)
}

// appendSeconds appends d in seconds, to the millisecond.
func appendSeconds(b []byte, d time.Duration) []byte {
	return strconv.AppendFloat(b, float64(d.Round(time.Millisecond).Milliseconds())/1000, 'f', -1, 64)
}

// line is the report as JSON, with as many processes as fit. It is written by hand:
// encoding/json would add a third to the size of the program.
func (r *report) line(m stage) []byte {
	for n := maxReported; ; n-- {
		if b := r.lineOf(n, m); len(b) < handover.MaxReport || n == 0 {
			return b
		}
	}
}

// lineOf is the report with at most n processes of each kind. Package handover says what a report
// begins and ends with.
func (r *report) lineOf(n int, m stage) []byte {
	b := appendJSON([]byte(`{"phase":`), string(m.phase))
	var since handover.Line
	b = appendJSON(append(b, `,"since":`...), string(since.Time(m.since.UnixNano()).Bytes()))
	b = appendJSON(append(b, `,"signal":`...), initbin.Signal(m.arrived).String())
	if m.drained >= 0 {
		b = m.appendDrain(append(b, `,"drain":`...))
	}
	b = appendSeconds(append(b, `,"stop":`...), m.stopped)
	b = appendSeconds(append(b, `,"seconds":`...), max(0, m.drained)+m.stopped)
	if m.phase == handover.PhaseDone {
		b = strconv.AppendInt(append(b, `,"exitCode":`...), int64(m.code), 10)
	}
	if r.overdue && len(r.forced) == 0 {
		b = append(b, `,"forced":true`...)
	}
	if m.oomKilled > 0 {
		b = strconv.AppendInt(append(b, `,"oomKilled":`...), m.oomKilled, 10)
	}
	more := 0
	for _, list := range [...]struct {
		name string
		of   []*reported
	}{{"killed", r.forced}, {"left", r.left}, {"told", r.stopped}} {
		if len(list.of) == 0 && list.name != "told" {
			continue
		}
		b = append(append(append(b, `,"`...), list.name...), `":`...)
		b = appendList(b, list.of[:min(len(list.of), n)])
		more += max(0, len(list.of)-n)
	}
	if more > 0 {
		b = strconv.AppendInt(append(b, `,"more":`...), int64(more), 10)
	}
	return append(b, "}\n"...)
}

// appendDrain is what handover.Line writes of a drain.
func (m *stage) appendDrain(b []byte) []byte {
	if !m.ranges {
		return appendSeconds(b, m.drained)
	}
	b = appendSeconds(append(b, `{"seconds":`...), m.drained)
	if m.detail != "" {
		b = append(append(b, ','), m.detail...)
	}
	return append(b, '}')
}

func appendList(b []byte, list []*reported) []byte {
	b = append(b, '[')
	for i, p := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(append(b, `{"pid":`...), int64(p.id.pid), 10)
		b = appendJSON(append(b, `,"command":`...), p.command)
		if p.state != 0 {
			b = appendJSON(append(b, `,"state":`...), string(p.state))
		}
		if p.why.waits != "" {
			b = appendJSON(append(b, `,"waits":`...), p.why.waits)
		}
		if p.why.long >= time.Second {
			b = appendSeconds(append(b, `,"for":`...), p.why.long)
		}
		if p.ended {
			b = appendSeconds(append(b, `,"seconds":`...), p.took)
		}
		b = append(b, '}')
	}
	return append(b, ']')
}

// appendJSON appends s, which is valid UTF-8, as a JSON string.
func appendJSON(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < ' ':
			const hex = "0123456789abcdef"
			b = append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}
