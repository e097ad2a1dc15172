package stopper

import (
	"os"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/fault"
)

// report collects what the one line of JSON will say.
type report struct {
	stopped []*reported
	forced  []*reported
	// overdue means that something was killed at the stop timeout, by whomever.
	overdue bool
}

// reported is one process in the report.
type reported struct {
	id      identity
	command string
	state   byte          // of a process that was killed
	at      time.Duration // when it was told
	ended   bool
	took    time.Duration // from being told to the end, if that was seen
}

const (
	// maxLine is what Kubernetes keeps of a termination message, in bytes.
	maxLine     = 4096
	maxReported = 12
)

func (r *report) told(p *process, now time.Duration) {
	r.stopped = append(r.stopped, newReported(p, now))
}

func (r *report) killed(p *process) {
	k := newReported(p, 0)
	k.state = p.State
	r.forced = append(r.forced, k)
}

func newReported(p *process, now time.Duration) *reported {
	command := []rune(p.label())
	if len(command) > maxTitle {
		command = append(command[:maxTitle], '…')
	}
	return &reported{id: p.id(), command: string(command), at: now}
}

// seen notes who of those that were told is gone.
func (r *report) seen(f *tree, now time.Duration) {
	for _, t := range r.stopped {
		if p := f.all[t.id.pid]; !t.ended && (p == nil || p.id() != t.id) {
			t.ended, t.took = true, now-t.at
		}
	}
}

// appendSeconds appends d in seconds, to the millisecond.
func appendSeconds(b []byte, d time.Duration) []byte {
	return strconv.AppendFloat(b, float64(d.Round(time.Millisecond).Milliseconds())/1000, 'f', -1, 64)
}

// line is the report as JSON, with as many processes as fit. It is written by hand:
// encoding/json would add a third to the size of the program.
func (r *report) line(arrived int, took time.Duration, code int) []byte {
	for n := maxReported; ; n-- {
		if b := r.lineOf(n, arrived, took, code); len(b) < maxLine || n == 0 {
			return b
		}
	}
}

// lineOf is the report with at most n processes of each kind.
func (r *report) lineOf(n, arrived int, took time.Duration, code int) []byte {
	told, killed := r.stopped[:min(len(r.stopped), n)], r.forced[:min(len(r.forced), n)]
	b := appendJSON([]byte(`{"signal":`), initbin.Signal(arrived).String())
	b = appendSeconds(append(b, `,"seconds":`...), took)
	b = strconv.AppendInt(append(b, `,"exitCode":`...), int64(code), 10)
	b = append(b, `,"told":`...)
	b = appendList(b, told)
	if len(killed) > 0 {
		b = appendList(append(b, `,"killed":`...), killed)
	}
	if r.overdue && len(killed) == 0 {
		b = append(b, `,"forced":true`...)
	}
	if more := len(r.stopped) + len(r.forced) - len(told) - len(killed); more > 0 {
		b = strconv.AppendInt(append(b, `,"more":`...), int64(more), 10)
	}
	return append(b, "}\n"...)
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

// write writes the report to path, unless the application has written there.
func (r *report) write(path string, arrived int, took time.Duration, code int) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return fault.Wrap("report", err)
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || info.Size() > 0 {
		return err
	}
	if _, err = file.Write(r.line(arrived, took, code)); err != nil {
		return fault.Wrap("report", err)
	}
	return nil
}
