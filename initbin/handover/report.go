package handover

import "github.com/softstop/softstop/initbin"

// The report is one line of JSON in a file that Kubernetes shows as the container's termination
// message. It is written when the stop signal arrives and again whenever something has changed,
// in place of itself: what is there when PID 1 is killed is what people get.
//
//	{"phase":"stop","since":"2026-11-30T15:04:05.250Z","signal":"SIGTERM",
//	 "drain":5,"stop":3.1,"seconds":8.1,…}
//
// A drain with a minimum and a maximum is an object: {"seconds":7.2,"ended":"quiet",…}, see Ended.
// since is when the phase began; drain and stop are the seconds that those phases have taken so
// far, seconds their sum. oomKilled, if it is there, is how many processes the kernel has killed
// for want of memory since the container began. exitCode is there in the phase done only.

// Phase is a phase of a stop.
type Phase string

// The phases, in their order.
const (
	PhaseDrain Phase = "drain" // the stop signal is held back
	PhaseStop  Phase = "stop"  // processes have been signalled, and are waited for
	PhaseKill  Phase = "kill"  // the stop timeout is over: what is left is being killed
	PhaseDone  Phase = "done"  // the init is about to end by itself
)

// Report is one that the watcher writes, which knows no names. Times are in nanoseconds.
type Report struct {
	Phase  Phase
	Date   int64 // when the phase began, since 1970
	Signal int   // that began the stop
	// Drain and Stop are what the phases have taken; -1 for one that was not. Seconds is the sum.
	Drain, Stop, Seconds int64
	// Ranges says that the drain has a minimum and a maximum, Detail what is known of its end, as
	// fields of JSON.
	Ranges bool
	Detail string
	// Main is the main process's pid if it was signalled, else 0.
	Main   int
	Code   int // the exit code, in PhaseDone
	Forced bool
	// OOMKilled is how many processes the kernel has killed for want of memory since the container
	// began.
	OOMKilled int64
}

// Ended is how a drain with a minimum and a maximum ended.
type Ended string

// The ways for it to end.
const (
	EndedQuiet   Ended = "quiet"   // nobody asked any more
	EndedMaximum Ended = "maximum" // somebody still did
	EndedMinimum Ended = "minimum" // it could not be seen whether somebody did
)

// First is the report that the watcher wrote before it started a stopper with the task t: the
// stopper knows it again where the application has written over a part of it.
func (t *Task) First(drains, ranges bool, detail string) Report {
	r := Report{
		Phase: PhaseStop, Date: t.Date, Signal: t.Arrived, Drain: -1, Ranges: ranges, Detail: detail, OOMKilled: t.OOMKilled,
	}
	if drains {
		r.Drain = t.Since - t.Asked
	}
	r.Seconds = t.Since - t.Asked
	if t.Mode == Leftovers {
		r.Phase, r.Drain, r.Stop, r.Seconds = PhaseDrain, 0, -1, 0
	}
	return r
}

// Report appends r, with its end of line.
func (l *Line) Report(r *Report) *Line {
	l.Text(reportBegin).Text(string(r.Phase)).Text(`","since":"`).Time(r.Date)
	l.Text(`","signal":"`).Signal(initbin.Signal(r.Signal)).Text(`"`)
	if r.Drain >= 0 {
		l.drain(r)
	}
	if r.Stop >= 0 {
		l.Text(`,"stop":`).Seconds(r.Stop)
	}
	l.Text(`,"seconds":`).Seconds(r.Seconds)
	if r.Phase == PhaseDone {
		l.Text(`,"exitCode":`).Number(int64(r.Code))
	}
	if r.Forced {
		l.Text(`,"forced":true`)
	}
	if r.OOMKilled > 0 {
		l.Text(`,"oomKilled":`).Number(r.OOMKilled)
	}
	l.Text(`,"told":[`)
	if r.Main != 0 {
		l.Text(`{"pid":`).Number(int64(r.Main)).Text("}")
	}
	return l.Text("]}\n")
}

// drain appends how long the drain was, and how it ended.
func (l *Line) drain(r *Report) {
	l.Text(`,"drain":`)
	if !r.Ranges {
		l.Seconds(r.Drain)
		return
	}
	l.Text(`{"seconds":`).Seconds(r.Drain)
	if len(r.Detail) > 0 {
		l.Text(",").Text(r.Detail)
	}
	l.Text("}")
}

// MaxReport is what Kubernetes keeps of a termination message, in bytes. A report is shorter.
const MaxReport = 4096

const reportBegin = `{"phase":"`

// IsReport reports whether text, all that is in the file, is a report and nothing else. Anything
// else was written by the application and is its own: not to be overwritten. Behind the line there
// may be spaces, see Overlay. It is free of runtime calls.
func IsReport(text []byte) bool {
	if len(text) < len(reportBegin) || len(text) >= MaxReport {
		return false
	}
	for i := 0; i < len(reportBegin); i++ {
		if text[i] != reportBegin[i] {
			return false
		}
	}
	end := 0
	for end < len(text) && text[end] != '\n' {
		end++
	}
	if end == len(text) || text[end-1] != '}' {
		return false
	}
	for _, c := range text[end+1:] {
		if c != ' ' {
			return false
		}
	}
	return true
}

// IsDone reports whether text, a report, is that of a stop that came to its end. It is free of
// runtime calls.
func IsDone(text []byte) bool {
	const done = reportBegin + string(PhaseDone) + `"`
	if len(text) < len(done) {
		return false
	}
	for i := 0; i < len(done); i++ {
		if text[i] != done[i] {
			return false
		}
	}
	return true
}

// Overlay fills page with line and then with spaces, and returns how much of page is to be written
// over a file of old bytes. One write puts it there, before the file is cut to the line's length:
// a process that is killed in between leaves a whole line, with spaces behind it, and never half
// of one. It is free of runtime calls.
func Overlay(page *[MaxReport]byte, line []byte, old int) int {
	size := min(max(len(line), old), len(page))
	for i := 0; i < size; i++ {
		page[i&(MaxReport-1)] = ' '
		if i < len(line) {
			page[i&(MaxReport-1)] = line[i]
		}
	}
	return size
}

// Seconds appends a duration in nanoseconds as seconds, to the millisecond.
func (l *Line) Seconds(duration int64) *Line {
	ms := max(0, duration) / 1e6
	l.Number(ms / 1000)
	if ms %= 1000; ms > 0 {
		l.Text(".").digits(ms, 3)
	}
	return l
}

// Time appends a time in nanoseconds since 1970 as RFC 3339 has it, in UTC, to the millisecond.
func (l *Line) Time(nanos int64) *Line {
	const day = 24 * 60 * 60 * 1000
	ms := nanos / 1e6
	year, month, date := civil(ms / day)
	ms %= day
	l.digits(year, 4).Text("-").digits(month, 2).Text("-").digits(date, 2).Text("T")
	l.digits(ms/3_600_000, 2).Text(":").digits(ms/60_000%60, 2).Text(":").digits(ms/1000%60, 2)
	return l.Text(".").digits(ms%1000, 3).Text("Z")
}

// civil is the date that is days after 1970-01-01. It counts from March, so that the day that is
// not in every year is a year's last.
func civil(days int64) (year, month, date int64) {
	const century, years400 = 36524, 146097
	days += 719468 // since 0000-03-01
	era, day := days/years400, days%years400
	year = (day - day/1460 + day/century - day/(years400-1)) / 365
	day -= 365*year + year/4 - year/100
	month = (5*day + 2) / 153
	date = day - (153*month+2)/5 + 1
	year += era * 400
	if month += 3; month > 12 {
		month, year = month-12, year+1
	}
	return year, month, date
}

// digits appends n with at least count digits.
func (l *Line) digits(n int64, count int) *Line {
	limit := int64(1)
	for range count - 1 {
		limit *= 10
	}
	for ; limit > 1 && n < limit; limit /= 10 {
		l.Text("0")
	}
	return l.Number(n)
}
